package embedded

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// URL names a server in this process, which no other process can reach.
const URL = "embedded:"

// Open starts a server for [URL], which ends with the client. It passes any other URL to
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
