// Package caller holds the caller of a request as one value in the context.
//
// Only the server builder of package rpc sets it, from the transport (the
// peer) and from a verified key or assertion (the principal). Handlers read it. No
// unverified input of a client reaches it.
package caller

import (
	"context"
	"log/slog"
)

// Kind is the kind of a principal.
type Kind int

// The kinds. None, the zero value, means no principal. Every rule that requires a role
// refuses it.
const (
	None Kind = iota
	// Guest is a visitor without a key.
	Guest
	// Member is an owner of a workspace: a person with the role owner, or the holder of a
	// key that belongs to no person.
	Member
	// Operator runs the installation.
	Operator
	// Editor changes and runs the workflows of a workspace.
	Editor
	// Viewer reads a workspace.
	Viewer
)

// The kinds that belong to a workspace are their own kinds, not a rank of Member: code that
// asks for Member refuses them.

// OfWorkspace reports whether a principal of this kind belongs to a workspace.
func (k Kind) OfWorkspace() bool { return k == Member || k == Editor || k == Viewer }

// MayRun reports whether a principal of this kind may run and change workflows of its
// workspace.
func (k Kind) MayRun() bool { return k == Member || k == Editor }

// KindOf is the kind with a name, and None for a name of no kind.
func KindOf(name string) Kind {
	for _, k := range []Kind{Guest, Member, Operator, Editor, Viewer} {
		if k.String() == name {
			return k
		}
	}
	return None
}

// String names the kind for logs.
func (k Kind) String() string {
	switch k {
	case Guest:
		return "guest"
	case Member:
		return "member"
	case Operator:
		return "operator"
	case Editor:
		return "editor"
	case Viewer:
		return "viewer"
	default:
		return "none"
	}
}

// Principal identifies the party on whose behalf a request is made.
type Principal struct {
	Kind Kind
	// Workspace is the id of the tenant ("demo"); "operator" for operators
	// and guests.
	Workspace string
	// Key is the resource name of the key: workspaces/demo/keys/key_...
	Key string
	// Session is the resource name of the session that the principal came by; "" for a
	// principal that presented its key. A session must not make other rights to sign in.
	Session string
	// Visitor is a stable pseudonym: the key's name for members, a keyed hash
	// of the address for guests.
	Visitor string
	// Assertion is the vault's signed assertion of this principal. It is forwarded to
	// other services. It is a bearer token and must not be logged.
	Assertion string
	// Pass is what the caller shows of the gate of a link, or "". Package caller does not know
	// whether it is valid. It is a bearer token and must not be logged.
	Pass string
}

// LogValue logs the principal without its tokens.
func (p Principal) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", p.Kind.String()), slog.String("workspace", p.Workspace),
		slog.String("key", p.Key), slog.String("session", p.Session))
}

// String omits the tokens too, in case a principal is formatted by mistake.
func (p Principal) String() string { return p.Kind.String() + " " + p.Key }

// GoString implements fmt.GoStringer, for %#v.
func (p Principal) GoString() string { return p.String() }

type contextKey struct{}

// call holds everything about one call, so that the context needs one value and one lookup.
type call struct {
	principal Principal
	peer      string
	requestID string
}

func from(ctx context.Context) call {
	c, _ := ctx.Value(contextKey{}).(*call)
	if c == nil {
		return call{}
	}
	return *c
}

func with(ctx context.Context, c call) context.Context {
	return context.WithValue(ctx, contextKey{}, &c)
}

// From returns the principal, or the zero Principal.
func From(ctx context.Context) Principal { return from(ctx).principal }

// With sets the principal and keeps the rest of the call.
func With(ctx context.Context, p Principal) context.Context {
	c := from(ctx)
	c.principal = p
	return with(ctx, c)
}

// Peer is the service name of the peer that the transport proved ("runner"),
// or "".
func Peer(ctx context.Context) string { return from(ctx).peer }

// RequestID names the request in every log line, over all hops; or "".
func RequestID(ctx context.Context) string { return from(ctx).requestID }

// WithCall starts a call with the facts that the transport proved, before the principal is
// known.
func WithCall(ctx context.Context, peer, requestID string) context.Context {
	return with(ctx, call{peer: peer, requestID: requestID})
}
