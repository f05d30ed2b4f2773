package mail

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// Headers of answers.
const (
	// HeaderStage says which part of the dialogue the server refused.
	HeaderStage = "Mail-Stage"
	// HeaderRefused is the number of receivers that the server refused.
	HeaderRefused = "Mail-Refused"
)

// Stages of a dialogue.
const (
	stageGreeting = "greeting"
	stageSignIn   = "sign-in"
	stageSender   = "sender"
	stageReceiver = "receiver"
	stageMessage  = "message"
)

// Codes of SMTP.
const (
	codeSignedIn = 235
	codeAccepted = 250
	firstRefusal = 400
	lastRefusal  = 599
)

// answer is what gets out of a dialogue.
type answer struct {
	code, refused int
	// refusal is the code for the last refused receiver.
	refusal int
	stage   string
}

// refusedAt turns an error of a command into an answer if the server refused the command, and else returns it.
func refusedAt(stage string, err error) (answer, error) {
	said, ok := errors.AsType[*textproto.Error](err)
	switch {
	case !ok:
		return answer{}, err
	case said.Code < firstRefusal || said.Code > lastRefusal:
		return answer{}, egress.Refuse(egress.BadResponse, "the mail server answered with a code that does not belong there")
	}
	return answer{code: said.Code, stage: stage}, nil
}

// response is the answer as a Response, without a text of the server.
func (a answer) response() *egress.Response {
	header := http.Header{}
	if a.stage != "" {
		header.Set(HeaderStage, a.stage)
	}
	if a.refused > 0 {
		header.Set(HeaderRefused, strconv.Itoa(a.refused))
	}
	return &egress.Response{Status: a.code, Header: header, Body: io.NopCloser(strings.NewReader(""))}
}

// explain turns an error of a dialogue into an *egress.Error, which never quotes the server.
func explain(ctx context.Context, err error) error {
	_, protocol := errors.AsType[textproto.ProtocolError](err)
	if ctx.Err() == nil && (protocol || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errChallenge)) {
		return egress.Refuse(egress.Unreachable, "the mail server closed the connection, or its answer is not SMTP")
	}
	return egress.Explain(ctx, err)
}

var errChallenge = errors.New("the mail server asks for more than a user and a password")
