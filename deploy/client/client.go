// Package client is a client of Keyhole's HTTP API, for the command-line client and the
// demo. It uses paths and JSON, and does not depend on the services.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Client calls one installation.
type Client struct {
	base string
	key  string
	pass string
	http *http.Client
}

// New makes a client of the installation at base ("http://127.0.0.1:8080"). The
// key may be empty; public methods need none.
func New(base, key string) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), key: strings.TrimSpace(key), http: &http.Client{Timeout: 15 * time.Minute}}
}

// WithKey returns a client of the same installation with another key.
func (c *Client) WithKey(key string) *Client {
	other := *c
	other.key = strings.TrimSpace(key)
	return &other
}

// WithPass returns a client that shows the pass of a link; "" for none.
func (c *Client) WithPass(pass string) *Client {
	other := *c
	other.pass = strings.TrimSpace(pass)
	return &other
}

// Error is an error of the server, for people and for programs.
type Error struct {
	Status  int    `json:"-"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Details []struct {
		Reason     string            `json:"reason"`
		Metadata   map[string]string `json:"metadata"`
		Violations []struct {
			Field       string `json:"field"`
			Description string `json:"description"`
		} `json:"fieldViolations"`
	} `json:"details"`
}

// Error returns the message, the reason, and the violations of fields that the message does
// not say.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if r := e.Reason(); r != "" {
		fmt.Fprintf(&b, " (%s)", r)
	}
	for _, d := range e.Details {
		for _, v := range d.Violations {
			if said := v.Field + ": " + v.Description; !strings.Contains(e.Message, said) {
				b.WriteString("\n  " + said)
			}
		}
	}
	return b.String()
}

// Reason returns the machine-readable reason.
func (e *Error) Reason() string {
	for _, d := range e.Details {
		if d.Reason != "" {
			return d.Reason
		}
	}
	return ""
}

// IsReason reports whether err is an error of the server with that reason.
func IsReason(err error, reason string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Reason() == reason
}

// Do sends body (nil for none) as JSON and decodes the reply into out (nil to
// drop it).
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, out any) error {
	var payload io.Reader
	if body != nil {
		raw, err := encode(body)
		if err != nil {
			return err
		}
		payload = raw
	}
	reply, err := c.send(ctx, method, path, query, payload, "application/json")
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	if out == nil {
		return nil
	}
	if err := Decode(reply.Body, out); err != nil {
		return fmt.Errorf("read reply of %s %s: %w", method, path, err)
	}
	return nil
}

// Upload sends a file as the body of a PUT and decodes the answer into out. It calls
// progress, if not nil, with the bytes sent so far and the size of the file.
func (c *Client) Upload(ctx context.Context, path, file string, progress func(sent, size int64), out any) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var body io.Reader = f
	if progress != nil {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		body = &counted{r: f, size: info.Size(), progress: progress}
	}
	reply, err := c.send(ctx, http.MethodPut, path, nil, body, "application/octet-stream")
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	return Decode(reply.Body, out)
}

// counted reports how much of a body was read.
type counted struct {
	r          io.Reader
	sent, size int64
	progress   func(sent, size int64)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.sent += int64(n)
	c.progress(c.sent, c.size)
	return n, err
}

// Decode reads JSON in which numbers keep their text.
func Decode(r io.Reader, out any) error {
	decoder := json.NewDecoder(r)
	decoder.UseNumber()
	return decoder.Decode(out)
}

// encode does not escape HTML characters, so that the text of a definition is unchanged.
func encode(body any) (io.Reader, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, fmt.Errorf("marshal request: %w", err)
	}
	return &out, nil
}

// send makes the request. It returns an *Error for an answer that is not a success.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, body io.Reader, contentType string) (*http.Response, error) {
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", contentType)
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	if c.pass != "" {
		req.Header.Set("Link-Pass", c.pass)
	}
	reply, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(c.base, err)
	}
	if reply.StatusCode < 300 {
		return reply, nil
	}
	defer func() { _ = reply.Body.Close() }()
	e := &Error{Status: reply.StatusCode}
	raw, _ := io.ReadAll(io.LimitReader(reply.Body, 1<<20))
	if json.Unmarshal(raw, e) != nil || e.Message == "" {
		e.Message = reply.Status
	}
	return nil, e
}

// Stream posts body and hands each line of the reply to line.
func (c *Client) Stream(ctx context.Context, path string, body any, line func(json.RawMessage) error) error {
	raw, err := encode(body)
	if err != nil {
		return err
	}
	return c.stream(ctx, http.MethodPost, path, raw, line)
}

// Watch gets a stream and hands each of its lines to line.
func (c *Client) Watch(ctx context.Context, path string, line func(json.RawMessage) error) error {
	return c.stream(ctx, http.MethodGet, path, nil, line)
}

func (c *Client) stream(ctx context.Context, method, path string, body io.Reader, line func(json.RawMessage) error) error {
	reply, err := c.send(ctx, method, path, nil, body, "application/json")
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	decoder := json.NewDecoder(reply.Body)
	for {
		var chunk struct {
			Result json.RawMessage `json:"result"`
			Error  *Error          `json:"error"`
		}
		if err := decoder.Decode(&chunk); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read stream: %w", err)
		}
		if chunk.Error != nil {
			return chunk.Error
		}
		if err := line(chunk.Result); err != nil {
			return err
		}
	}
}
