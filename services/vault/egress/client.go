package egress

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// Client makes calls. It is safe for concurrent use.
type Client struct {
	config Config
	pool   *pool
	// outside reaches only public addresses, even if the operator lists others.
	outside *pool
	public  *Rules
}

// New makes a Client. It starts nothing.
func New(c Config) *Client {
	c = c.withDefaults()
	public := &Rules{plaintext: c.Rules.plaintext}
	return &Client{config: c, pool: newPool(c, c.Rules), outside: newPool(c, public), public: public}
}

// Close closes idle connections.
func (c *Client) Close() {
	c.pool.close()
	c.outside.close()
}

// Do makes a call: one request on one connection, and one more for each redirect that it follows. It never sends a
// request again. Every error is an *Error. The end of ctx ends the call, also while the body is read.
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

// prepare does all work that needs no connection.
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

// admit makes all checks of a request that need no connection.
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
	if req.Slots.Sign() && req.Method != http.MethodPut {
		return t, refuse(RefusedRequest, "a key that signs stores an object: the method must be PUT")
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

// send makes the call and follows redirects.
func (c *Client) send(w *watch, req Request, t target, header http.Header) (*Response, error) {
	body, err := prefetch(req.Body, req.Slots.Sign())
	if err != nil {
		return nil, err
	}
	// A call with a secret or a write has had its effect by the first answer. If its redirect is refused, that
	// answer is the result.
	acts := len(req.Slots) > 0 || !req.reads()
	from := c.pool
	for hop := 0; ; hop++ {
		resp, err := c.roundTrip(w, from, req, t, header, body)
		if err != nil {
			return nil, err
		}
		method, follow := req.redirectMethod(resp)
		if !follow {
			return c.respond(w, req, t, resp)
		}
		next, through, refused := c.redirect(&req, from, t, resp, hop)
		if refused.aboutURL() && acts {
			return c.respond(w, req, t, resp)
		}
		_ = resp.Body.Close() // the body of a redirect is not used
		if refused != nil {
			return nil, refused
		}
		header = redirectHeader(header, &req, next.Destination == t.Destination)
		req.Method, req.Slots, req.Destinations = method, nil, nil
		from, t, body = through, next, requestBody{}
	}
}

// roundTrip sends one request on one connection. The secret is only in the copy that is sent. Any failure on a
// connection is final.
func (c *Client) roundTrip(w *watch, p *pool, req Request, t target, header http.Header, body requestBody) (*http.Response, error) {
	l, err := p.acquire(w.ctx, t.Destination)
	if err != nil {
		return nil, err
	}
	w.connected = true
	r := (&http.Request{
		Method: req.Method, URL: t.url(), Host: t.host(), Header: header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(w.ctx)
	body.attach(r, w, c.config)
	req.Slots.fill(r, body.sum, c.config.Now())
	resp, err := l.conn.RoundTrip(r)
	if err != nil {
		p.release(l)
		return nil, err
	}
	resp.Request = nil
	// Close may be called twice, and the connection may belong to another request by then.
	resp.Body = &leasedBody{ReadCloser: resp.Body, release: sync.OnceFunc(func() { p.release(l) })}
	return resp, nil
}

// respond builds the Response: the listed headers, and the body behind its limits, decoder and guard.
func (c *Client) respond(w *watch, req Request, t target, resp *http.Response) (*Response, error) {
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
		return fail(refuse(BadResponse, "the destination asks for another protocol, which is not supported"))
	}
	if resp.ContentLength > limit && req.Method != http.MethodHead {
		return fail(refuse(TooLarge, "the response is larger than allowed"))
	}
	header, text := responseHeader(resp.Header)
	if req.Slots.only(Account) != nil {
		text = append(text, hideBody(w, resp, header)...)
	}
	to := redirectDestination(t, resp)
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
