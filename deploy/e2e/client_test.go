package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

type object = map[string]any

// exchange is one reply as its client got it.
type exchange struct {
	method, path string
	visitor      bool // not the workspace of the link
	status       int
	got          []byte // headers and body
}

type exchanges struct {
	mu  sync.Mutex
	all []exchange
}

func (e *exchanges) add(x exchange) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, x)
}

// client is a caller with a key, or a guest, at an installation. It keeps every byte that
// it receives.
type client struct {
	in      *installation
	key     string
	visitor bool
	// base is the URL of another gateway than the installation's first.
	base string
	// transport is nil for the shared one.
	transport http.RoundTripper
}

func (in *installation) operator(t testing.TB) *client {
	return &client{in: in, key: in.operatorKey(t)}
}
func (in *installation) guest() *client { return &client{in: in, visitor: true} }

// reply is a received answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// transport has no limit of connections, because the cases are parallel.
var transport = &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 5 * time.Second}

// stranger calls with an unknown key from its own address, because wrong keys are limited
// by address: the n-th address of loopback.
func (in *installation) stranger(n int) *client {
	from := &net.TCPAddr{IP: net.IPv4(127, 1, byte(n>>8), byte(n))}
	return &client{in: in, key: "kh_" + strings.ToUpper(random()), transport: &http.Transport{
		DialContext: (&net.Dialer{LocalAddr: from}).DialContext, DisableKeepAlives: true,
	}}
}

// try makes a request. Its error is the connection's.
func (c *client) try(method, path string, body any, header ...string) (reply, error) {
	return c.within(90*time.Second, method, path, body, header...)
}

func (c *client) within(limit time.Duration, method, path string, body any, header ...string) (reply, error) {
	base := c.in.base
	if c.base != "" {
		base = c.base
	}
	req, err := http.NewRequest(method, base+path, payload(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	via := c.transport
	if via == nil {
		via = transport
	}
	got, err := (&http.Client{Transport: via, Timeout: limit}).Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = got.Body.Close() }()
	var all bytes.Buffer
	_ = got.Header.Write(&all)
	raw, err := io.ReadAll(got.Body)
	c.in.seen.add(exchange{method: method, path: path, visitor: c.visitor, status: got.StatusCode, got: append(all.Bytes(), raw...)})
	return reply{status: got.StatusCode, header: got.Header, body: raw}, err
}

func payload(body any) io.Reader {
	switch b := body.(type) {
	case nil:
		return nil
	case io.Reader:
		return b
	case []byte:
		return bytes.NewReader(b)
	}
	return bytes.NewReader(payloadText(body))
}

func payloadText(body any) []byte {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // of a literal in the test
	}
	return raw
}

// call makes a request and expects an answer.
func (c *client) call(t testing.TB, method, path string, body any, header ...string) reply {
	t.Helper()
	r, err := c.try(method, path, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// must makes a request and expects success.
func (c *client) must(t testing.TB, method, path string, body any) reply {
	t.Helper()
	r := c.call(t, method, path, body)
	if r.status != http.StatusOK {
		t.Fatalf("%s %s: %v", method, path, r)
	}
	return r
}

func (c *client) get(t testing.TB, path string) reply {
	t.Helper()
	return c.must(t, http.MethodGet, path, nil)
}

func (c *client) post(t testing.TB, path string, body any) reply {
	t.Helper()
	return c.must(t, http.MethodPost, path, body)
}

// String is for failure messages.
func (r reply) String() string { return fmt.Sprintf("%d %.2000s", r.status, r.body) }

// at returns a value such as "outputs.0.answer" of a JSON reply, or nil.
func (r reply) at(path string) any {
	var v any
	if json.Unmarshal(r.body, &v) != nil {
		return nil
	}
	return at(v, path)
}

func at(v any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch of := v.(type) {
		case object:
			v = of[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(of) {
				return nil
			}
			v = of[i]
		default:
			return nil
		}
	}
	return v
}

func (r reply) text(path string) string { s, _ := r.at(path).(string); return s }

func (r reply) list(path string) []any { l, _ := r.at(path).([]any); return l }

// number reads a JSON number, or an int64 in protojson's form.
func (r reply) number(path string) int64 { return number(r.at(path)) }

func number(v any) int64 {
	switch n := v.(type) {
	case float64:
		return int64(n)
	case string:
		i, _ := strconv.ParseInt(n, 10, 64)
		return i
	}
	return 0
}

// reason returns the reason of the ErrorInfo.
func (r reply) reason() string {
	for _, d := range r.list("details") {
		if s, _ := at(d, "reason").(string); s != "" {
			return s
		}
	}
	return ""
}

// fetch reads a page of a program. It returns "" if the program does not answer.
func fetch(url string) []byte {
	got, err := http.Get(url) //nolint:noctx // of our own programs
	if err != nil {
		return nil
	}
	defer func() { _ = got.Body.Close() }()
	raw, _ := io.ReadAll(got.Body)
	return raw
}
