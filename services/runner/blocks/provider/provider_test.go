package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// server is a loopback provider. It implements as much of both protocols as the blocks
// need, and records the requests.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	paths  []string
	bodies []map[string]any
	heads  []http.Header
	// reply returns the answer to the n-th request, from 1; nil is a plain answer.
	reply func(n int, w http.ResponseWriter) bool
	text  string
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{text: "a red motorcycle"}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var body map[string]any
	_ = json.Unmarshal(raw, &body)
	s.mu.Lock()
	s.paths, s.bodies, s.heads = append(s.paths, r.URL.Path), append(s.bodies, body), append(s.heads, r.Header)
	n, reply, text := len(s.paths), s.reply, s.text
	s.mu.Unlock()
	if reply != nil && reply(n, w) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	var answer map[string]any
	if r.URL.Path == "/v1/responses" {
		answer = map[string]any{
			"id": "r1", "object": "response", "status": "completed",
			"output": []any{map[string]any{
				"type": "message", "id": "m1", "role": "assistant", "status": "completed",
				"content": []any{map[string]any{"type": "output_text", "text": text, "annotations": []any{}}},
			}},
			"usage": map[string]any{"input_tokens": 7, "output_tokens": 4, "total_tokens": 11},
		}
	} else {
		answer = map[string]any{
			"id": "c1", "object": "chat.completion", "model": "m",
			"choices": []any{map[string]any{
				"index": 0, "finish_reason": "stop",
				"message": map[string]any{"role": "assistant", "content": text},
			}},
			"usage": map[string]any{"prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11},
		}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *server) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.paths)
}

// out is a client that connects to the server, whatever the host is.
type out struct {
	server *server
	err    error
	// reads are the outputs of the step that its workflow reads.
	reads []string

	mu       sync.Mutex
	attempts []int
	slots    []string
	urls     []string
	uses     []engine.Use
}

func (o *out) Client(_ context.Context, attempt engine.Attempt, slots ...string) (*http.Client, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.attempts, o.slots = append(o.attempts, attempt.Number), append(o.slots, strings.Join(slots, " "))
	if o.err != nil {
		return nil, o.err
	}
	return &http.Client{Transport: o}, nil
}

func (o *out) RoundTrip(r *http.Request) (*http.Response, error) {
	o.mu.Lock()
	o.urls = append(o.urls, r.URL.String())
	o.mu.Unlock()
	target, err := url.Parse(o.server.URL)
	if err != nil {
		return nil, err
	}
	next := r.Clone(r.Context())
	next.URL.Scheme, next.URL.Host = target.Scheme, target.Host
	return http.DefaultTransport.RoundTrip(next)
}

func (o *out) meter(use engine.Use) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.uses = append(o.uses, use)
}

// jpegCodec can encode what the tests draw.
type jpegCodec struct{}

func (jpegCodec) Size([]byte) (int, int, error) { return 2, 1, nil }
func (jpegCodec) Decode(_ context.Context, b []byte) (image.Image, error) {
	return jpeg.Decode(bytes.NewReader(b))
}

func (jpegCodec) Publish(encoded []byte) []byte { return encoded }

func (jpegCodec) EncodeJPEG(_ context.Context, p image.Image, q int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, p, &jpeg.Options{Quality: q})
	return b.Bytes(), err
}

func picture(id string) *value.Image {
	return value.NewImage(image.NewRGBA(image.Rect(0, 0, 2, 1)), id)
}

func batch(pictures ...*value.Image) (*engine.Batch, []engine.Index) {
	b := &engine.Batch{}
	for i, p := range pictures {
		b.Values = append(b.Values, p)
		b.Indices = append(b.Indices, engine.Index{i})
	}
	return b, b.Indices
}

// run creates the block of a step and calls it once.
func run(t *testing.T, o *out, block string, fields, args map[string]any, indices ...engine.Index) (engine.Result, error) {
	t.Helper()
	step := engine.Step{Name: "llm", Type: block, Fields: fields, Reads: o.reads}
	made, err := provider.Blocks()[block](step)
	if err != nil {
		t.Fatalf("make %s: %v", block, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	env := &engine.Env{Outbound: o, Meter: o.meter, Codec: jpegCodec{}, Now: time.Now}
	return made.Run(ctx, blocktest.Call(env, &step, args, indices...))
}

// atomicUses collects uses of concurrent calls.
type atomicUses struct {
	mu   sync.Mutex
	uses []engine.Use
}

func (a *atomicUses) add(use engine.Use) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.uses = append(a.uses, use)
}

func (a *atomicUses) list() []engine.Use {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.uses
}
