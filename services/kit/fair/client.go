package fair

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// Client identifies the user of a resource. A client must not be able to change either name
// for free: a tenant is a workspace or all guests, a visitor is a key or an address.
type Client struct {
	Tenant, Visitor string
}

// guests is the tenant of all visitors without a key. It is the workspace of the key that
// their runs are charged to.
const guests = "operator"

// ClientOf returns the client that a call counts for: a key of a workspace, or an address
// among all guests.
func ClientOf(p caller.Principal) Client {
	if p.Kind == caller.Guest {
		return Client{Tenant: guests, Visitor: p.Visitor}
	}
	return Client{Tenant: p.Workspace, Visitor: p.Key}
}

type contextKey struct{}

// With sets the client that the work under a context counts for.
func With(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// From returns the client of a context, or the zero client.
func From(ctx context.Context) Client {
	c, _ := ctx.Value(contextKey{}).(Client)
	return c
}
