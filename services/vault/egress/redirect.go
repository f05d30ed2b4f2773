package egress

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/services/vault/egress/headers"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// maxRedirects bounds how many redirects of one call are followed.
const maxRedirects = 5

// redirectMethod reports whether a redirect is followed, and the method of the next request. The next request never has a
// secret or a body, so a redirect that repeats a request with one (307, 308) is not followed.
func (req *Request) redirectMethod(resp *http.Response) (method string, ok bool) {
	if !req.FollowRedirects || resp.Header.Get("Location") == "" {
		return "", false
	}
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
		if req.reads() {
			return req.Method, true
		}
		return http.MethodGet, true
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return req.Method, req.reads() && len(req.Slots) == 0
	}
	return "", false
}

// reads reports whether the method only reads.
func (req *Request) reads() bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead
}

// aboutURL reports whether a redirect is refused because of its target.
func (e *Error) aboutURL() bool {
	return e != nil && (e.Kind == RefusedRedirect || e.Kind == RefusedAddress || e.Kind == RefusedDestination)
}

// redirect returns the target of a redirect and the pool for it. It checks the target, looks for secrets in it, and
// reports it to OnRedirect.
func (c *Client) redirect(req *Request, from *pool, t target, resp *http.Response, hop int) (target, *pool, *Error) {
	if hop == maxRedirects {
		return t, nil, refuse(RefusedRedirect, "the destination redirects more than %d times", maxRedirects)
	}
	next, err := req.nextTarget(t, resp)
	if err != nil {
		return t, nil, err
	}
	through, err := c.poolFor(from, t.Destination, next.Destination)
	if err != nil {
		return t, nil, err
	}
	options := guard.Options{ContentType: "text/plain", Remember: req.Remember, OnHit: req.OnReflected}
	if err := req.Guard.Admit([]byte(next.String()), options); err != nil {
		e := explain(context.Background(), err)
		e.Status = resp.StatusCode
		return t, nil, e
	}
	if req.OnRedirect != nil {
		if err := req.OnRedirect(resp.StatusCode, next.Destination); err != nil {
			return t, nil, refuse(Canceled, "the redirect could not be written to the audit log, and was not followed")
		}
	}
	return next, through, nil
}

// nextTarget reads the Location of an answer. The URL passes the same checks as the first one, and does not leave TLS. A
// credential in the query is removed, because many servers repeat the query in a redirect.
func (req *Request) nextTarget(from target, resp *http.Response) (target, *Error) {
	next, err := location(from, resp)
	if err != nil {
		return next, err
	}
	if from.Scheme == "https" && next.Scheme != "https" {
		return next, refuse(RefusedRedirect, "the destination redirects from https:// to http://")
	}
	if len(req.Slots) > 0 {
		query, err := req.Slots.clearQuery(next.query)
		if err != nil {
			return next, refuse(RefusedRedirect, "the destination redirects to a URL that is not allowed: %v", err)
		}
		next.query = query
		if req.Slots.inAddress(next) {
			return next, refuse(RefusedRedirect, "the destination redirects to a URL that repeats the credential")
		}
	}
	return next, nil
}

func location(from target, resp *http.Response) (target, *Error) {
	ref, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return target{}, refuse(RefusedRedirect, "the destination redirects to an invalid URL")
	}
	abs := from.url().ResolveReference(ref)
	abs.Fragment, abs.RawFragment = "", "" // never sent
	next, err := parse(abs.String())
	if err != nil {
		return next, refuse(RefusedRedirect, "the destination redirects to a URL that is not allowed: %v", err)
	}
	return next, nil
}

// redirectDestination is the destination of an answer that is a redirect, or nil.
func redirectDestination(from target, resp *http.Response) *Destination {
	if resp.StatusCode < 300 || resp.StatusCode > 399 || resp.Header.Get("Location") == "" {
		return nil
	}
	next, err := location(from, resp)
	if err != nil {
		return nil
	}
	return &next.Destination
}

// poolFor chooses the pool for a redirect and checks its destination. Only a server that the operator lists may redirect
// to another one that the operator lists. Any other server may redirect to itself and to public addresses.
func (c *Client) poolFor(now *pool, from, to Destination) (*pool, *Error) {
	switch {
	case from == to:
		return now, nil
	case now == c.pool && c.config.Rules.Lists(from):
		return c.pool, c.config.Rules.check(to)
	default:
		return c.outside, c.public.check(to)
	}
}

// redirectHeader returns the headers of the request that follows a redirect.
func redirectHeader(header http.Header, req *Request, sameServer bool) http.Header {
	out := http.Header{}
	for name, values := range header {
		if headers.OnRedirect(name) || sameServer && len(req.Slots) == 0 && !strings.HasPrefix(name, "Content-") {
			out[name] = values
		}
	}
	return out
}
