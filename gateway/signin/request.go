package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// shown has what a person signs in with: a key or a code.
type shown struct {
	Key  string `json:"key"`
	Code string `json:"code"`
}

func (h *Handler) read(w http.ResponseWriter, r *http.Request) (shown, error) {
	const want = `send {"key": "..."} or {"code": "..."}, one of the two`
	var s shown
	if err := h.decode(w, r, &s, want); err != nil {
		return s, err
	}
	if (s.Key == "") == (s.Code == "") {
		return s, refuse(want)
	}
	if !auth.WellFormed(s.Key + s.Code) {
		return s, errs.Unauthenticated("not a key or a code of this installation: copy it completely")
	}
	return s, nil
}

// decode reads a body of JSON into a value. want says what the body should be.
func (h *Handler) decode(w http.ResponseWriter, r *http.Request, into any, want string) error {
	// No form of another site can send this type without asking first.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refuse("send JSON, with Content-Type: application/json")
	}
	body, err := h.Bodies.Read(w, r, intake.Sender{
		Client: fair.Client{Tenant: h.Callers.Address(r)},
		Admit: func(context.Context, []byte) (fair.Client, error) {
			return fair.Client{}, errs.InvalidArgument("the body of a sign-in is longer than %d KiB", intake.HeadBytes>>10).WithReason(errorsv1.Reason_REASON_REQUEST_TOO_LARGE)
		},
	})
	if err != nil {
		return err
	}
	defer body.Release()
	decoder := json.NewDecoder(bytes.NewReader(body.Bytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil { // the cause could quote the key
		return refuse(want)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return refuse(want)
	}
	return nil
}

func refuse(what string) error {
	return errs.InvalidArgument("%s", what).Field("body", what)
}

// product names the browser for the list of sessions. Nothing that the client chose is stored. Most browsers name
// others too, so the order matters.
func product(agent string) string {
	for _, p := range []struct{ sign, name string }{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if strings.Contains(agent, p.sign) {
			return p.name
		}
	}
	return "Browser"
}
