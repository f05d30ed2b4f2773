package auth

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/origin"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
)

// Config says how callers are identified.
type Config struct {
	// Authenticate asks the vault for the principal of a key.
	Authenticate func(ctx context.Context, key secret.Secret) (caller.Principal, error)
	// AuthenticateSession asks the vault for the principal of a session.
	AuthenticateSession func(ctx context.Context, token secret.Secret) (caller.Principal, error)
	// PublicURL is the address of the installation for visitors; empty to use the Host header.
	PublicURL string
	// TrustedProxies are the networks (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string
	// VisitorKey makes the pseudonyms of guests.
	VisitorKey secret.Secret
}

// Auth authenticates requests.
type Auth struct {
	throttle     *throttle.Throttle // of keys, sessions and cookies together
	key, session func(context.Context, secret.Secret) (caller.Principal, error)
	addresses    *addresses
	pages        *http.CrossOriginProtection
	publicOrigin string
}

// New makes an Auth. It asks the vault nothing yet.
func New(cfg Config) (*Auth, error) {
	addresses, err := newAddresses(cfg.TrustedProxies, cfg.VisitorKey)
	if err != nil {
		return nil, err
	}
	a := &Auth{
		throttle: throttle.Keys(), key: cfg.Authenticate, session: cfg.AuthenticateSession, addresses: addresses,
		pages: http.NewCrossOriginProtection(),
	}
	if own, ok := origin.Of(cfg.PublicURL); ok {
		a.publicOrigin = own
		if err := a.pages.AddTrustedOrigin(own); err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
	}
	return a, nil
}

// Guest puts the sender of a request into the context as a guest.
func (a *Auth) Guest(ctx context.Context, r *http.Request) context.Context {
	return a.GuestOf(ctx, a.Visitor(r))
}

// GuestOf returns a context in which the caller is the guest with this pseudonym, for work that continues after the
// request.
func (a *Auth) GuestOf(ctx context.Context, visitor string) context.Context {
	return caller.With(ctx, caller.Principal{Kind: caller.Guest, Visitor: visitor, Pass: passIn(ctx)})
}

// Address returns the client's address, as package fair names it.
func (a *Auth) Address(r *http.Request) string { return fair.Address(a.addresses.client(r)) }

// Visitor returns the pseudonym of the client's address.
func (a *Auth) Visitor(r *http.Request) string { return a.addresses.pseudonym(r) }

// Scheme returns the scheme of the URL that the client requested, "http" or "https".
func (a *Auth) Scheme(r *http.Request) string { return a.addresses.scheme(r) }

// maxKey bounds a key in bytes. It is more than any key has.
const maxKey = 200

// WellFormed reports whether a text can be a key.
func WellFormed(key string) bool {
	return key != "" && len(key) <= maxKey && utf8.ValidString(key)
}

// Bearer returns the key of the Authorization header, or "" without one. A header of
// another scheme is an error: its sender expects to be someone and must not be served
// as a guest.
func Bearer(r *http.Request) (string, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", nil
	}
	scheme, key, ok := strings.Cut(header, " ")
	key = strings.TrimSpace(key)
	if !ok || !strings.EqualFold(scheme, "Bearer") || !WellFormed(key) {
		return "", errs.Unauthenticated("the Authorization header must be: Bearer <key>")
	}
	return key, nil
}
