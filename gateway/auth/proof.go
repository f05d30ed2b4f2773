package auth

import (
	"context"
	"net/http"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
)

// Proof is what a request proves about its sender. The zero Proof is a guest's.
type Proof struct {
	kind proofKind
	text string
}

type proofKind int

const (
	nothing proofKind = iota
	aKey
	aSession
	// aPass opens one link. Its holder is a guest.
	aPass
	// aCookie is a session that a browser attached to a request.
	aCookie
)

// Key is the proof of a request with a key, or with a pass in its place; "" is none.
func Key(key string) Proof {
	switch {
	case key == "":
		return Proof{}
	case strings.HasPrefix(key, rpc.PassPrefix):
		return Proof{kind: aPass, text: key}
	}
	return Proof{kind: aKey, text: key}
}

// Proof reads what a request to the API shows: the Authorization header with a key or a session, or else the
// cookie of a page of this installation. Roboflow's routes accept keys only and do not call it.
func (a *Auth) Proof(r *http.Request) (Proof, error) {
	text, err := Bearer(r)
	switch {
	case err != nil:
		return Proof{}, err
	case strings.HasPrefix(text, rpc.SessionPrefix):
		return Proof{kind: aSession, text: text}, nil
	case text != "":
		return Key(text), nil
	case !a.cookieCounts(r):
		return Proof{}, nil
	}
	return Cookie(r), nil
}

// As puts the caller into the context: the holder of the key or session, or a guest if there is none. Calls with
// this context carry the vault's assertion, never the key.
func (a *Auth) As(ctx context.Context, proof Proof, visitor string) (context.Context, error) {
	p, err := a.principal(ctx, proof, visitor)
	if err != nil {
		return nil, err
	}
	if p.Pass == "" {
		p.Pass = passIn(ctx)
	}
	return caller.With(ctx, p), nil
}

func (a *Auth) principal(ctx context.Context, proof Proof, visitor string) (caller.Principal, error) {
	guest := caller.Principal{Kind: caller.Guest, Visitor: visitor}
	switch text := secret.FromString(proof.text); proof.kind {
	case aKey:
		return throttle.Try(ctx, a.throttle, visitor, text, a.key)
	case aSession:
		return throttle.Try(ctx, a.throttle, visitor, text, a.session)
	case aCookie:
		p, err := throttle.Try(ctx, a.throttle, visitor, text, a.session)
		if errs.ReasonOf(err) == errorsv1.Reason_REASON_UNAUTHENTICATED {
			return guest, nil // a browser sends the cookie long after the session has ended
		}
		return p, err
	case aPass:
		guest.Pass = proof.text
		return guest, nil
	default:
		return guest, nil
	}
}

// Stale reports whether the sender showed a cookie whose session has ended. as is the context that As returned.
func (p Proof) Stale(as context.Context) bool {
	return p.kind == aCookie && caller.From(as).Kind == caller.Guest
}

// Cookie returns the session in a request's cookie, whatever page made the request. Two cookies count as none.
func Cookie(r *http.Request) Proof {
	sent := r.CookiesNamed(cookieName)
	if len(sent) != 1 || !WellFormed(sent[0].Value) || !strings.HasPrefix(sent[0].Value, rpc.SessionPrefix) {
		return Proof{}
	}
	return Proof{kind: aCookie, text: sent[0].Value}
}
