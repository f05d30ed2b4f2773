package gateway

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/origin"
)

// checkOrigin refuses what a page of another site asks of a link, unless the share
// lists the page's origin. A browser sends a simple request before anybody has allowed
// it, so this holds whatever the content type. It comes before the body is read.
func (g *Gateway) checkOrigin(ctx context.Context, r *http.Request, token string) error {
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return nil
	}
	from, plain := origin.Normal(sent[0])
	plain = plain && len(sent) == 1
	if plain && g.ownOrigin(r, from) {
		return nil
	}
	listed, err := g.targets.link(g.auth.Guest(ctx, r), token)
	if err != nil {
		return err
	}
	if plain && slices.Contains(listed, from) {
		return nil
	}
	return errs.PermissionDenied(errorsv1.Reason_REASON_ORIGIN_REFUSED,
		"pages of this origin may not run this link: open the link itself, or ask its owner to list the origin in run_origins; "+
			"where this is the installation's own page, its operator sets --public-url")
}

// ownOrigin tells the pages of this installation: those of its configured address, and
// those of the host that the request was sent to, if that is an address or localhost.
// Any other name counts for nothing: its owner can make it point here.
func (g *Gateway) ownOrigin(r *http.Request, from string) bool {
	if own, ok := originOf(g.cfg.PublicURL); ok && own == from {
		return true
	}
	own, ok := origin.Normal(g.auth.Scheme(r) + "://" + r.Host)
	return ok && own == from && origin.Unnamed(own)
}

// originOf is the origin of a URL.
func originOf(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	return origin.Normal(u.Scheme + "://" + u.Host)
}
