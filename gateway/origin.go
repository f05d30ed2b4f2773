package gateway

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// checkOrigin refuses what a page of another site asks of a link, unless the share
// lists the page's origin. A browser sends a simple request before anybody has allowed
// it, so this holds whatever the content type. It comes before the body is read.
func (g *Gateway) checkOrigin(ctx context.Context, r *http.Request, token string) error {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 || len(origins) == 1 && g.ownOrigin(r, origins[0]) {
		return nil
	}
	ctx, err := g.as(ctx, "", g.clients.visitor(r))
	if err != nil {
		return err
	}
	listed, err := g.targets.link(ctx, token)
	if err != nil {
		return err
	}
	if len(origins) == 1 && slices.Contains(listed, strings.ToLower(origins[0])) {
		return nil
	}
	return errs.PermissionDenied(errorsv1.Reason_REASON_ORIGIN_REFUSED,
		"pages of this origin may not run this link: open the link itself, or ask its owner to list the origin in run_origins")
}

// ownOrigin tells the pages of this installation. Where it has no configured address,
// they are those of the host that the request was sent to. Else that host counts only
// if it is an address or localhost: another site's name can be made to point here.
func (g *Gateway) ownOrigin(r *http.Request, origin string) bool {
	u, err := url.Parse(strings.ToLower(origin))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if g.cfg.PublicURL == "" {
		return u.Host == strings.ToLower(r.Host) || r.Header.Get("Sec-Fetch-Site") == "same-origin"
	}
	if own, ok := originOf(g.cfg.PublicURL); ok && own == u.Scheme+"://"+u.Host {
		return true
	}
	return u.Host == strings.ToLower(r.Host) && unnamed(u.Hostname())
}

// originOf is the origin of a URL, as a browser writes it.
func originOf(text string) (string, bool) {
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || u.Host == "" {
		return "", false
	}
	host := u.Host
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host, true
}

// unnamed hosts have no name that could be made to point elsewhere.
func unnamed(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || host == "localhost"
}
