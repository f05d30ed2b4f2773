package mcp

import (
	"context"

	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// exchange is one request.
type exchange struct {
	token       string
	as          context.Context //nolint:containedctx // the caller's, until the request ends
	caller      caller.Principal
	session     string
	message     message
	body        *intake.Body
	credentials map[string]credential
}
