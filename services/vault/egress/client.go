package egress

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// Config is what a Client is made from. Every zero value is a sensible one.
type Config struct {
	// Rules are the operator's. Nil allows public https only.
	Rules *Rules
	// Resolver looks names up. Nil is the machine's.
	Resolver *net.Resolver
	// RootCAs are trusted for TLS. Nil is the machine's; see [Roots].
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
	// outside reaches only what is public, whatever the operator lists.
	outside *pool
	public  *Rules
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
	public := &Rules{plaintext: c.Rules.plaintext}
	return &Client{config: c, pool: newPool(c, c.Rules), outside: newPool(c, public), public: public}
}

func byDefault[T ~int64](p *T, v T) {
	if *p <= 0 {
		*p = v
	}
}

// Close closes the connections that are idle.
func (c *Client) Close() {
	c.pool.close()
	c.outside.close()
}

// Request is one call.
type Request struct {
	Method string
	URL    string
	// Header is the caller's; see cleaned for what is dropped from it.
	Header http.Header
	// Body is read while it is sent, at the latest until the Response's body is
	// closed; nil is none. It is not closed.
	Body io.Reader
	// Slots hold the secrets, if the call is made with some.
	Slots Slots
	// Destinations are those of the credentials: with Slots the URL must go to one
	// of them. Without, an empty list allows every public destination.
	Destinations []Destination
	// Guard is the Set of the secrets that must not come back. With Slots and no
	// Guard, one is compiled for this call, which takes milliseconds: pass it.
	Guard *guard.Set
	// OnReflected, if not nil, is called once when the answer held a secret, before
	// the caller sees the error: audit and suspension. It must not block for long.
	OnReflected func()
	// Remember is called with the pieces of a secret that an answer holds, before the
	// text that holds them is let go; see guard.Options.
	Remember func([]guard.Piece) (withhold bool, err error)
	// FollowRedirects follows redirects; see onward for which.
	FollowRedirects bool
	// OnRedirect, if not nil, is called before each redirect is followed. With an error
	// it is not.
	OnRedirect func(status int, to Destination) error
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
	// Redirect is where a redirect that was not followed points to; nil for none, or
	// where that cannot be said.
	Redirect *Destination
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
	header, err := cleaned(req.Header, req.Slots)
	if err != nil {
		return t, nil, err
	}
	if len(req.Slots) > 0 && req.Guard == nil {
		if req.Guard, err = guard.New(req.Slots.hidden()...); err != nil {
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
	if t, err = req.Slots.admit(t); err != nil {
		return t, err
	}
	return t, c.allow(req, t.Destination)
}

// allow checks the first destination.
func (c *Client) allow(req *Request, d Destination) error {
	if (len(req.Slots) > 0 || len(req.Destinations) > 0) && !slices.Contains(req.Destinations, d) {
		return refuse(RefusedDestination, "%s is not a destination of this credential", d)
	}
	return c.config.Rules.Check(d)
}

// send makes the call, and those that redirects ask for.
func (c *Client) send(w *watch, req Request, t target, header http.Header) (*Response, error) {
	body, err := measure(req.Body)
	if err != nil {
		return nil, err
	}
	// What acts has acted by its first answer, which then is the result.
	acts := len(req.Slots) > 0 || !req.reads()
	from := c.pool
	for hop := 0; ; hop++ {
		resp, err := c.roundTrip(w, from, req, t, header, body)
		if err != nil {
			return nil, err
		}
		method, follow := req.onward(resp)
		if !follow {
			return c.deliver(w, req, t, resp)
		}
		next, through, refused := c.redirect(&req, from, t, resp, hop)
		if refused.aboutURL() && acts {
			return c.deliver(w, req, t, resp)
		}
		_ = resp.Body.Close() // what it says is of no interest
		if refused != nil {
			return nil, refused
		}
		header = carried(header, &req, next.Destination == t.Destination)
		req.Method, req.Slots, req.Destinations = method, nil, nil
		from, t, body = through, next, measured{}
	}
}

// roundTrip sends one request on one connection, with the secret in a request of its
// own. Whatever fails once there is a connection is final.
func (c *Client) roundTrip(w *watch, p *pool, req Request, t target, header http.Header, body measured) (*http.Response, error) {
	l, err := p.take(w.ctx, t.Destination)
	if err != nil {
		return nil, err
	}
	w.connected = true
	r := (&http.Request{
		Method: req.Method, URL: t.url(), Host: t.host(), Header: header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(w.ctx)
	body.attach(r, w, c.config)
	req.Slots.fill(r)
	resp, err := l.conn.RoundTrip(r)
	if err != nil {
		p.give(l)
		return nil, err
	}
	resp.Request = nil
	resp.Body = &lent{ReadCloser: resp.Body, giveBack: sync.OnceFunc(func() { p.give(l) })}
	return resp, nil
}

// deliver builds the Response: listed headers, and the body behind its limits,
// decoder and guard.
func (c *Client) deliver(w *watch, req Request, t target, resp *http.Response) (*Response, error) {
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
	to := pointsTo(t, resp)
	if to != nil {
		text = append(text, to.String()...)
	}
	options := guard.Options{ContentType: resp.Header.Get("Content-Type"), Remember: req.Remember, OnHit: req.OnReflected}
	if err := req.Guard.Admit(text, options); err != nil {
		e := explain(w.ctx, err)
		e.Status = resp.StatusCode
		return fail(e)
	}
	w.answered.Store(true)
	w.idle.Stop()
	wire := &download{src: resp.Body, left: limit, w: w, idle: c.config.IdleTimeout}
	plain, err := guard.Decode(wire, strings.Join(resp.Header.Values("Content-Encoding"), ","), limit)
	if err != nil {
		return fail(explain(w.ctx, err))
	}
	return &Response{
		Status: resp.StatusCode,
		Header: header, Redirect: to,
		Body: &responseBody{
			Reader: req.Guard.Reader(plain, options), w: w,
			close: []func() error{resp.Body.Close, plain.Close},
		},
	}, nil
}
