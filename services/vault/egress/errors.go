package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// Kind is the kind of a failure.
type Kind int

// The kinds of Error.
const (
	// RefusedRequest: the method, the headers, the body or a slot is invalid.
	RefusedRequest Kind = iota + 1
	// RefusedDestination: the URL is invalid, or is not a destination of the credential.
	RefusedDestination
	// RefusedAddress: the destination has an address that may not be called.
	RefusedAddress
	// RefusedRedirect: a redirect goes where it may not go, or there are too many.
	RefusedRedirect
	// TLS: the destination has no trusted certificate, or does not speak TLS.
	TLS
	// Unreachable: the name does not exist, or the connection failed or broke off.
	Unreachable
	// Timeout: a deadline passed.
	Timeout
	// Canceled: the caller ended the call.
	Canceled
	// TooLarge: the request or the response exceeds its limit.
	TooLarge
	// BadResponse: the answer is not HTTP, or cannot be decoded.
	BadResponse
	// Reflected: the answer held a secret and was withheld.
	Reflected
)

var kindNames = map[Kind]string{
	RefusedRequest: "refused_request", RefusedDestination: "refused_destination", RefusedAddress: "refused_address",
	RefusedRedirect: "refused_redirect", TLS: "tls", Unreachable: "unreachable", Timeout: "timeout", Canceled: "canceled",
	TooLarge: "too_large", BadResponse: "bad_response", Reflected: "reflected",
}

// String is the kind as a metric label.
func (k Kind) String() string { return kindNames[k] }

// Reveals is what an error reveals of the installation.
type Reveals int

// The values of Reveals.
const (
	// Nothing: the error depends only on the request and the answer.
	Nothing Reveals = iota
	// Settings: the error depends on what the operator lists.
	Settings
	// Network: the error depends on names and addresses of the operator's network.
	Network
)

// Error is the only error that this package returns. Its text has no secret, but see Reveals. It has no cause: an error
// of net/http may quote the answer, or the URL with a secret in its query.
type Error struct {
	Kind    Kind
	Message string
	// Unsent means that there was no connection yet, so nothing of the request was sent.
	Unsent bool
	// Reveals tells the caller to whom it may show the error.
	Reveals Reveals
	// Status is the status of the answer; 0 if there was none.
	Status int
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

func refuse(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Refuse makes an Error for a package that speaks another protocol than HTTP.
func Refuse(k Kind, format string, args ...any) *Error { return refuse(k, format, args...) }

// Explain turns an error of a dial or of TLS into an Error.
func Explain(ctx context.Context, err error) *Error { return explain(ctx, err) }

// revealing sets what an error reveals.
func (e *Error) revealing(r Reveals) *Error {
	e.Reveals = r
	return e
}

// unsent marks an error that occurred before there was a connection.
func unsent(err error) *Error {
	e := *explain(context.Background(), err)
	e.Unsent = true
	return &e
}

// The causes with which the clocks of a call end it.
var (
	errIdle  = refuse(Timeout, "the destination did not answer in time")
	errTotal = refuse(Timeout, "the call exceeded its time limit")
)

// explain turns an error of the transport, a body or a decoder into an Error. It uses the type of the error, never its
// text.
func explain(ctx context.Context, err error) *Error {
	if e, ok := errors.AsType[*Error](context.Cause(ctx)); ok {
		return e
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, context.DeadlineExceeded):
		return refuse(Timeout, "the call exceeded its caller's time limit")
	case cause != nil:
		return refuse(Canceled, "the call was ended by its caller")
	case errors.Is(err, guard.ErrReflected):
		return refuse(Reflected, "the response was withheld")
	case errors.Is(err, guard.ErrBomb):
		return refuse(TooLarge, "the response is larger than allowed")
	case errors.Is(err, guard.ErrCrowded):
		return refuse(BadResponse, "the response has more than 256 interleaved choices or fields and was withheld; request fewer in one call")
	case errors.Is(err, guard.ErrCorrupt), errors.Is(err, guard.ErrEncoding):
		return refuse(BadResponse, "the response is corrupt or has an unsupported encoding")
	}
	return explainTransport(err)
}

func explainTransport(err error) *Error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return refuse(TLS, "the destination's certificate is not trusted, or is for another name")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return refuse(TLS, "the destination does not speak TLS")
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return refuse(TLS, "the destination ended the TLS handshake")
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
	return refuse(Unreachable, "the destination closed the connection, or its answer is not HTTP")
}
