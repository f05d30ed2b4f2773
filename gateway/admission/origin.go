package admission

import (
	"context"
	"net/http"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/origin"
)

// CheckOrigin refuses a page of another site to use a link, unless the share lists the
// page's origin. A browser sends a simple request without a preflight, so the check
// holds for every content type and comes before the body is read.
func (g *Gate) CheckOrigin(ctx context.Context, r *http.Request, token string) error {
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return nil
	}
	from, plain := origin.Normal(sent[0])
	plain = plain && len(sent) == 1
	if plain && g.ownOrigin(r, from) {
		return nil
	}
	listed, err := g.runOrigins(g.callers.Guest(ctx, r), token)
	if err != nil {
		return err
	}
	if plain && slices.Contains(listed, from) {
		return nil
	}
	return errs.PermissionDenied("pages of this origin may not run this link: open the link itself, or ask its owner to list the origin in run_origins; " +
		"if this page belongs to the installation, its operator must set --public-url").WithReason(errorsv1.Reason_REASON_ORIGIN_REFUSED)
}

// CheckOwnOrigin refuses a page of another site. Clients that are no browsers send no origin.
func (g *Gate) CheckOwnOrigin(r *http.Request) error {
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return nil
	}
	if from, plain := origin.Normal(sent[0]); plain && len(sent) == 1 && g.ownOrigin(r, from) {
		return nil
	}
	return errs.PermissionDenied("pages of other sites may not use this address; " +
		"if this page belongs to the installation, its operator must set --public-url").WithReason(errorsv1.Reason_REASON_ORIGIN_REFUSED)
}

// ownOrigin reports whether a page belongs to this installation: its origin is that of
// the configured address, or that of the requested host if the host is an IP address or
// localhost. It trusts no other host name: the owner of a name can make it point here.
func (g *Gate) ownOrigin(r *http.Request, from string) bool {
	if own, ok := origin.Of(g.publicURL); ok && own == from {
		return true
	}
	own, ok := origin.Normal(g.callers.Scheme(r) + "://" + r.Host)
	return ok && own == from && origin.Unnamed(own)
}
