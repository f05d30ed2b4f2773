package audit

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// Actor is who an event names, and the request that the event belongs to.
type Actor struct{ name, session, requestID string }

// CallerOf is the key of a request, or its peer if it has no key. The guest key names nobody.
func CallerOf(ctx context.Context) Actor {
	a := Actor{name: "guest", requestID: caller.RequestID(ctx)}
	if p := caller.From(ctx); p.Key != "" && p.Kind != caller.Guest {
		a.name, a.session = p.Key, p.Session
	} else if peer := caller.Peer(ctx); peer != "" {
		a.name = peer
	}
	return a
}

// KeyOf is a key that a caller stands for without presenting it, as with the code of a sign-in link.
func KeyOf(ctx context.Context, key string) Actor {
	return Actor{name: key, requestID: caller.RequestID(ctx)}
}

// PeerOf names a peer, and never the party that the peer acts for: that may be a visitor, whom the owner of
// the log must not learn.
func PeerOf(ctx context.Context, peer string) Actor {
	return Actor{name: peer, requestID: caller.RequestID(ctx)}
}

// Installation is the actor of what the vault does at its start.
func Installation() Actor { return Actor{name: "vault"} }
