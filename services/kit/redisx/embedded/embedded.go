// Package embedded is a Redis inside the process, for one machine and for tests. Separate
// programs do not link it: their replicas need one that they share.
//
// It has no eviction: bound what goes in.
package embedded

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// URL is what Open takes for a server in this process, which nobody else can reach.
const URL = "embedded:"

// Open starts a server for [URL], which ends with the client. Any other URL is one of
// [redisx.Open].
func Open(ctx context.Context, url, prefix string, opts ...redisx.Option) (*redisx.Client, error) {
	if url != URL {
		return redisx.Open(ctx, url, prefix, opts...)
	}
	server, err := start()
	if err != nil {
		return nil, err
	}
	client, err := redisx.New(ctx, server.client(), server.stop, prefix, opts...)
	if err != nil {
		server.stop()
		return nil, err
	}
	return client, nil
}
