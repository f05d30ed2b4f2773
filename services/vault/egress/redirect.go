package egress

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// maxRedirects bounds how many redirects of one call are followed.
const maxRedirects = 5

// onward tells whether an answer is a redirect to be followed, and by what method. The
// next request never has a secret or a body: a redirect that asks to repeat what had
// one, 307 or 308, is not followed.
func (req *Request) onward(resp *http.Response) (method string, ok bool) {
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

// aboutURL reports whether a redirect is not followed because of where it points to.
func (e *Error) aboutURL() bool {
	return e != nil && (e.Kind == RefusedRedirect || e.Kind == RefusedAddress || e.Kind == RefusedDestination)
}

// redirect says where an answer sends the call on, and through which connections.
func (c *Client) redirect(req *Request, from *pool, t target, resp *http.Response, hop int) (target, *pool, *Error) {
	if hop == maxRedirects {
		return t, nil, refuse(RefusedRedirect, "redirected more than %d times", maxRedirects)
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
			return t, nil, refuse(Canceled, "the redirect could not be written down, and was not followed")
		}
	}
	return next, through, nil
}

// nextTarget reads the Location of an answer. The URL passes everything that the first
// one passed, and does not leave TLS. Where the credential is in the query it is taken
// out: many servers repeat the query when they send on.
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
		return target{}, refuse(RefusedRedirect, "the destination redirects to something that is not a URL")
	}
	abs := from.url().ResolveReference(ref)
	abs.Fragment, abs.RawFragment = "", "" // for browsers; nothing is sent of it
	next, err := parse(abs.String())
	if err != nil {
		return next, refuse(RefusedRedirect, "the destination redirects to a URL that is not allowed: %v", err)
	}
	return next, nil
}

// pointsTo is where an answer that is a redirect points to, or nil.
func pointsTo(from target, resp *http.Response) *Destination {
	if resp.StatusCode < 300 || resp.StatusCode > 399 || resp.Header.Get("Location") == "" {
		return nil
	}
	next, err := location(from, resp)
	if err != nil {
		return nil
	}
	return &next.Destination
}

// poolFor chooses the connections for a redirect, and checks where it goes. What the
// operator lists is reached from what the operator lists, and from the same server:
// anybody else's redirect goes to public addresses alone.
func (c *Client) poolFor(now *pool, from, to Destination) (*pool, *Error) {
	switch {
	case from == to:
		return now, nil
	case now == c.pool && c.config.Rules.listed(from):
		return c.pool, c.config.Rules.check(to)
	default:
		return c.outside, c.public.check(to)
	}
}

// kept are the caller's headers that go to another server with a redirect, or that
// stay of a call with a secret: none says who asks.
var kept = set("Accept", "Accept-Encoding", "Accept-Language", "User-Agent")

// carried are the headers of the request that follows a redirect.
func carried(header http.Header, req *Request, sameServer bool) http.Header {
	out := http.Header{}
	for name, values := range header {
		if kept[name] || sameServer && len(req.Slots) == 0 && !strings.HasPrefix(name, "Content-") {
			out[name] = values
		}
	}
	return out
}
