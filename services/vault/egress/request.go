package egress

import (
	"io"
	"net/http"

	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// Request is one call.
type Request struct {
	Method string
	URL    string
	// Header is the caller's. Some headers are dropped; see cleaned.
	Header http.Header
	// Body is read while it is sent, until the Response's body is closed at the latest. It is not closed. Nil means
	// no body.
	Body io.Reader
	// Slots hold the secrets; empty for a call without secrets.
	Slots Slots
	// Destinations are those of the credentials. With Slots the URL must go to one of them. Without Slots an empty
	// list allows every public destination.
	Destinations []Destination
	// Guard finds the secrets of the Slots in the answer. Nil compiles one for this call, which takes milliseconds.
	Guard *guard.Set
	// OnReflected, if not nil, is called once if the answer holds a secret, before the caller sees the error. It
	// audits and suspends, and must not block for long.
	OnReflected func()
	// Remember is called with pieces of a secret in the answer, before the text with the pieces is passed on; see
	// guard.Options.
	Remember func([]guard.Piece) (withhold bool, err error)
	// FollowRedirects follows redirects; see redirectMethod for which.
	FollowRedirects bool
	// OnRedirect, if not nil, is called before each redirect. An error ends the call.
	OnRedirect func(status int, to Destination) error
	// MaxResponseBytes lowers the client's limit. Zero keeps it.
	MaxResponseBytes int64
}

// Response is the part of an answer that gets out. A redirect that was not followed is a Response too, without its
// Location.
type Response struct {
	Status int
	// Header has only the headers that are passed on. The body is decompressed, so Content-Encoding and
	// Content-Length are not among them.
	Header http.Header
	// Redirect is the destination of a redirect that was not followed. It is nil if there is none or if it is not
	// a valid URL.
	Redirect *Destination
	// Body must be closed. Its errors are *Error. A Reflected error comes before the first byte of the secret.
	Body io.ReadCloser
}
