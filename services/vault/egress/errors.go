package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// Kind says what went wrong.
type Kind int

// The kinds of Error.
const (
	// RefusedRequest: method, headers, body or slot are not acceptable.
	RefusedRequest Kind = iota + 1
	// RefusedDestination: the URL is not acceptable, or not a destination of the credential.
	RefusedDestination
	// RefusedAddress: the destination is at an address that may not be called.
	RefusedAddress
	// RefusedRedirect: a plain fetch was sent on where it may not go, or too often.
	RefusedRedirect
	// TLS: there is no trusted, encrypted connection to the name.
	TLS
	// Unreachable: no such name, no connection, or it broke off.
	Unreachable
	// Timeout: one of the deadlines passed.
	Timeout
	// Canceled: the caller ended the call.
	Canceled
	// TooLarge: request or response exceed their limit.
	TooLarge
	// BadResponse: the answer is not HTTP, or cannot be unpacked.
	BadResponse
	// Reflected: the answer held the secret, and was withheld.
	Reflected
)

var kindNames = map[Kind]string{
	RefusedRequest: "refused_request", RefusedDestination: "refused_destination", RefusedAddress: "refused_address",
	RefusedRedirect: "refused_redirect", TLS: "tls", Unreachable: "unreachable", Timeout: "timeout", Canceled: "canceled",
	TooLarge: "too_large", BadResponse: "bad_response", Reflected: "reflected",
}

// String is the kind as a metric label.
func (k Kind) String() string { return kindNames[k] }

// Reveals is what an error tells of the installation, beyond what is in the request.
type Reveals int

// What errors reveal.
const (
	// Nothing: the request or the answer alone decide.
	Nothing Reveals = iota
	// Settings: what the operator lists decides too.
	Settings
	// Network: names and addresses decide that this machine sees and a stranger may not.
	Network
)

// Error is the only error that this package returns. Its text never has a secret in it,
// but see Reveals. It has no cause on purpose: what net/http says may quote the URL, with the secret in
// its query, or the answer.
type Error struct {
	Kind    Kind
	Message string
	// Unsent: there was no connection yet, so that nothing of the request has left.
	Unsent bool
	// Reveals is for whoever passes the error on.
	Reveals Reveals
	// Status is what the answer had, where one began; 0 where none did.
	Status int
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

func refuse(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// revealing marks an error for what it tells.
func (e *Error) revealing(r Reveals) *Error {
	e.Reveals = r
	return e
}

// unsent is an error from before there was a connection.
func unsent(err error) *Error {
	e := *explain(context.Background(), err)
	e.Unsent = true
	return &e
}

// The causes with which a call is ended from within.
var (
	errIdle  = refuse(Timeout, "the destination did not answer in time")
	errTotal = refuse(Timeout, "the call took longer than is allowed")
)

// explain turns what the transport, a body or a decoder said into an Error. It
// looks at the type, never at the text.
func explain(ctx context.Context, err error) *Error {
	if e, ok := errors.AsType[*Error](context.Cause(ctx)); ok {
		return e
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, context.DeadlineExceeded):
		return refuse(Timeout, "the call took longer than its caller allows")
	case cause != nil:
		return refuse(Canceled, "the call was ended by its caller")
	case errors.Is(err, guard.ErrReflected):
		return refuse(Reflected, "the response was withheld")
	case errors.Is(err, guard.ErrBomb):
		return refuse(TooLarge, "the response is larger than is allowed")
	case errors.Is(err, guard.ErrCrowded):
		return refuse(BadResponse, "the response has more than 256 choices or fields in turn, and was withheld: ask for fewer in one call")
	case errors.Is(err, guard.ErrCorrupt), errors.Is(err, guard.ErrEncoding):
		return refuse(BadResponse, "the response is damaged or in an encoding that is not supported")
	}
	return explainTransport(err)
}

func explainTransport(err error) *Error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return refuse(TLS, "the destination's certificate is not trusted, or not for its name")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return refuse(TLS, "the destination does not speak TLS")
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return refuse(TLS, "the destination broke off the TLS handshake")
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return refuse(Unreachable, "the destination's name cannot be looked up").revealing(Network)
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		switch {
		case e.Op == "remote error" || e.Op == "local error":
			return refuse(TLS, "the TLS handshake with the destination failed")
		case e.Op == "dial":
			return refuse(Unreachable, "the destination cannot be connected to").revealing(Network)
		case e.Timeout():
			return errIdle
		}
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return errIdle
	}
	return refuse(Unreachable, "the destination broke off, or its answer is not HTTP")
}
