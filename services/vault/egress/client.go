package egress

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// maxRedirects bounds how often a plain fetch is sent on.
const maxRedirects = 5

// Config is what a Client is made from. Every zero value is a sensible one.
type Config struct {
	// Rules are the operator's. Nil allows public https only.
	Rules *Rules
	// Resolver looks names up. Nil is the machine's.
	Resolver *net.Resolver
	// RootCAs are trusted for TLS. Nil is the machine's; see SystemRoots.
	RootCAs *x509.CertPool
	// MaxRequestBytes bounds a request's body. Zero is 64 MiB.
	MaxRequestBytes int64
	// MaxResponseBytes bounds an answer's body, packed and unpacked. Zero is 64 MiB.
	MaxResponseBytes int64
	// DialTimeout bounds a connection: look-up and connect, and as long again for
	// TLS. Zero is 10 seconds.
	DialTimeout time.Duration
	// HeaderTimeout bounds the wait for an answer to begin, from the last byte sent.
	// Zero is 2 minutes, since language models think before they speak.
	HeaderTimeout time.Duration
	// IdleTimeout bounds the wait for the next bytes of an answer. Zero is 1 minute.
	IdleTimeout time.Duration
	// TotalTimeout bounds a whole call. Zero is 10 minutes.
	TotalTimeout time.Duration
}

// Client makes calls. It is safe for concurrent use.
type Client struct {
	config Config
	pool   *pool
}

// New makes a Client. It starts nothing and looks nothing up.
func New(c Config) *Client {
	if c.Rules == nil {
		c.Rules = &Rules{}
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	byDefault(&c.MaxRequestBytes, 64<<20)
	byDefault(&c.MaxResponseBytes, 64<<20)
	byDefault(&c.DialTimeout, 10*time.Second)
	byDefault(&c.HeaderTimeout, 2*time.Minute)
	byDefault(&c.IdleTimeout, time.Minute)
	byDefault(&c.TotalTimeout, 10*time.Minute)
	d := &dialer{rules: c.Rules, resolver: c.Resolver, timeout: c.DialTimeout}
	return &Client{config: c, pool: newPool(c, d)}
}

func byDefault[T ~int64](p *T, v T) {
	if *p <= 0 {
		*p = v
	}
}

// Close closes the connections that are idle.
func (c *Client) Close() { c.pool.close() }

// Request is one call.
type Request struct {
	Method string
	URL    string
	// Header is the caller's; see cleaned for what is dropped from it.
	Header http.Header
	// Body is read while it is sent, at the latest until the Response's body is
	// closed; nil is none. It is not closed.
	Body io.Reader
	// Slot holds the secret, if the call is made with one.
	Slot *Slot
	// Destinations are those of the credential: with a Slot the URL must go to one
	// of them. Without, an empty list allows every public destination.
	Destinations []Destination
	// Guard is the Set of the secrets that must not come back. With a Slot and no
	// Guard, one is compiled for this call, which takes milliseconds: pass it.
	Guard *guard.Set
	// OnReflected, if not nil, is called once when the answer held a secret, before
	// the caller sees the error: audit and suspension. It must not block for long.
	OnReflected func()
	// Remember is called with the pieces of a secret that do not withhold the answer by
	// themselves, before the text that holds them is let go; see guard.Options.
	Remember func([]guard.Piece) (withhold bool, err error)
	// FollowRedirects applies to GET and HEAD without a Slot.
	FollowRedirects bool
	// MaxResponseBytes lowers the client's limit; zero leaves it.
	MaxResponseBytes int64
}

// Response is what gets out of an answer. A redirect that was not followed is a
// Response too, without its Location.
type Response struct {
	Status int
	// Header has only the headers that are let through. Content-Encoding and
	// Content-Length are not among them: the body is unpacked.
	Header http.Header
	// Body must be closed. Its errors are *Error; a Reflected one ends it at the
	// last byte before the secret, or earlier.
	Body io.ReadCloser
}

// Do makes a call: one request on one connection, and one more for each redirect that
// is followed. No request is ever sent a second time. Every error is an *Error. When
// ctx ends, the request ends with it, also while the body is read.
func (c *Client) Do(ctx context.Context, req Request) (*Response, error) {
	t, header, err := c.prepare(&req)
	if err != nil {
		return nil, unsent(err)
	}
	w := newWatch(ctx, c.config.DialTimeout*2+c.config.HeaderTimeout, c.config.TotalTimeout)
	resp, err := c.send(w, req, t, header)
	if err != nil {
		e := explain(w.ctx, err)
		if !w.connected {
			e = unsent(e)
		}
		w.stop()
		return nil, e
	}
	return resp, nil
}

// prepare does everything that can be done before there is a connection.
func (c *Client) prepare(req *Request) (target, http.Header, error) {
	t, err := c.admit(req)
	if err != nil {
		return t, nil, err
	}
	header, err := cleaned(req.Header, req.Slot)
	if err != nil {
		return t, nil, err
	}
	if req.Slot != nil && req.Guard == nil {
		if req.Guard, err = guard.New(req.Slot.Secret); err != nil {
			return t, nil, refuse(RefusedRequest, "the credential is too long to be guarded")
		}
	}
	return t, header, nil
}

// admit checks everything that can be checked before a connection is made.
func (c *Client) admit(req *Request) (target, error) {
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return target{}, refuse(RefusedRequest, "the method must be GET, HEAD, POST, PUT, PATCH or DELETE")
	}
	t, err := parse(req.URL)
	if err != nil {
		return t, err
	}
	if req.Slot != nil {
		if err := req.Slot.Check(); err != nil {
			return t, err
		}
		if t.query, err = req.Slot.clearQuery(t.query); err != nil {
			return t, err
		}
	}
	return t, c.allow(req, t.Destination)
}

// allow checks one destination, the first or one that a redirect named.
func (c *Client) allow(req *Request, d Destination) error {
	if (req.Slot != nil || len(req.Destinations) > 0) && !slices.Contains(req.Destinations, d) {
		return refuse(RefusedDestination, "%s is not a destination of this credential", d)
	}
	return c.config.Rules.Check(d)
}

// send makes the call and, for plain fetches, those that redirects ask for.
func (c *Client) send(w *watch, req Request, t target, header http.Header) (*Response, error) {
	body, err := measure(req.Body)
	if err != nil {
		return nil, err
	}
	follow := req.FollowRedirects && req.Slot == nil && (req.Method == http.MethodGet || req.Method == http.MethodHead)
	for hop := 0; ; hop++ {
		resp, err := c.roundTrip(w, req, t, header, body)
		if err != nil {
			return nil, err
		}
		location := resp.Header.Get("Location")
		if !follow || !isRedirect(resp.StatusCode) || location == "" {
			return c.deliver(w, req, resp)
		}
		_ = resp.Body.Close() // what it says is of no interest
		if hop == maxRedirects {
			return nil, refuse(RefusedRedirect, "redirected more than %d times", maxRedirects)
		}
		next, err := c.follow(&req, t, location)
		if err != nil {
			return nil, err
		}
		if next.Destination != t.Destination {
			for name := range secretHeaders {
				header.Del(name)
			}
		}
		t, body = next, measured{}
	}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow reads a Location. It passes everything that the first URL passed, and
// does not leave TLS.
func (c *Client) follow(req *Request, from target, location string) (target, error) {
	ref, err := url.Parse(location)
	if err != nil {
		return target{}, refuse(RefusedRedirect, "the destination redirects to something that is not a URL")
	}
	abs := from.url().ResolveReference(ref)
	abs.Fragment, abs.RawFragment = "", "" // for browsers; nothing is sent of it
	next, err := parse(abs.String())
	if err != nil {
		return next, refuse(RefusedRedirect, "the destination redirects to a URL that is not allowed: %v", err)
	}
	if from.Scheme == "https" && next.Scheme != "https" {
		return next, refuse(RefusedRedirect, "the destination redirects from https:// to http://")
	}
	return next, c.allow(req, next.Destination)
}

// roundTrip sends one request on one connection, with the secret in a request of its
// own. Whatever fails once there is a connection is final.
func (c *Client) roundTrip(w *watch, req Request, t target, header http.Header, body measured) (*http.Response, error) {
	l, err := c.pool.take(w.ctx, t.Destination)
	if err != nil {
		return nil, err
	}
	w.connected = true
	r := (&http.Request{
		Method: req.Method, URL: t.url(), Host: t.host(), Header: header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(w.ctx)
	body.attach(r, w, c.config)
	if req.Slot != nil {
		req.Slot.fill(r)
	}
	resp, err := l.conn.RoundTrip(r)
	if err != nil {
		c.pool.give(l)
		return nil, err
	}
	resp.Request = nil
	resp.Body = &lent{ReadCloser: resp.Body, giveBack: sync.OnceFunc(func() { c.pool.give(l) })}
	return resp, nil
}

// deliver builds the Response: listed headers, and the body behind its limits,
// decoder and guard.
func (c *Client) deliver(w *watch, req Request, resp *http.Response) (*Response, error) {
	limit := c.config.MaxResponseBytes
	if req.MaxResponseBytes > 0 {
		limit = min(limit, req.MaxResponseBytes)
	}
	fail := func(e *Error) (*Response, error) {
		w.cancel(e) // closes the connection
		_ = resp.Body.Close()
		return nil, e
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return fail(refuse(BadResponse, "the destination wants to speak another protocol"))
	}
	if resp.ContentLength > limit && req.Method != http.MethodHead {
		return fail(refuse(TooLarge, "the response is larger than is allowed"))
	}
	header, text := responseHeader(resp.Header)
	options := guard.Options{ContentType: resp.Header.Get("Content-Type"), Remember: req.Remember, OnHit: req.OnReflected}
	if err := req.Guard.Admit(text, options); err != nil {
		e := explain(w.ctx, err)
		e.Status = resp.StatusCode
		return fail(e)
	}
	w.answered.Store(true)
	w.idle.Stop()
	wire := &download{src: resp.Body, left: limit, w: w, idle: c.config.IdleTimeout}
	plain, err := guard.Decode(wire, resp.Header.Get("Content-Encoding"), limit)
	if err != nil {
		return fail(explain(w.ctx, err))
	}
	return &Response{
		Status: resp.StatusCode,
		Header: header,
		Body: &responseBody{
			Reader: req.Guard.Reader(plain, options), w: w,
			close: []func() error{resp.Body.Close, plain.Close},
		},
	}, nil
}
