package testkit

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Behaviour is the way in which a provider answers.
type Behaviour int

// The behaviours. All but Good are failures of real providers, or attacks on their clients.
const (
	// Good answers correctly, and streams if the request asks for it.
	Good Behaviour = iota
	// EchoUnauthorized is a 401 that quotes the key in body and headers.
	EchoUnauthorized
	// ServerError is a 500 that quotes the request's headers.
	ServerError
	// Hang never answers.
	Hang
	// Redirect sends the client to RedirectTo.
	Redirect
	// Reset breaks the connection in the middle of the answer.
	Reset
	// EchoGzip is a good answer whose text quotes the key, compressed.
	EchoGzip
	// EchoStream is a stream whose pieces together quote the key.
	EchoStream
	// RateLimited is a 429 with Retry-After.
	RateLimited
	// Garbage is a 200 whose body is not JSON.
	Garbage
	// Parrot answers with the request, like a provider that works with a visitor.
	Parrot
)

// Call is one request to a provider.
type Call struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// OpenAI is a provider on loopback. It speaks part of the chat completions protocol,
// records requests, and misbehaves on demand.
type OpenAI struct {
	// URL is the base URL, with the path /v1.
	URL string
	// RedirectTo is the target of Redirect.
	RedirectTo string

	mu        sync.Mutex
	behaviour Behaviour
	text      string
	calls     []Call
	quit      chan struct{}
}

// Provider starts a provider, which ends with the test.
func Provider(t testing.TB) *OpenAI {
	t.Helper()
	p := &OpenAI{text: "a red motorcycle", quit: make(chan struct{})}
	s := httptest.NewServer(p)
	t.Cleanup(func() {
		close(p.quit)
		s.CloseClientConnections()
		s.Close()
	})
	p.URL = s.URL + "/v1"
	return p
}

// Behave changes the behaviour from now on.
func (p *OpenAI) Behave(b Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behaviour = b
}

// Answer sets the text of good answers.
func (p *OpenAI) Answer(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
}

// Calls returns the requests so far, in order of arrival.
func (p *OpenAI) Calls() []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Call(nil), p.calls...)
}

// Count returns the number of requests so far.
func (p *OpenAI) Count() int { return len(p.Calls()) }

// ServeHTTP implements http.Handler.
func (p *OpenAI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	p.calls = append(p.calls, Call{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: body})
	how, text := p.behaviour, p.text
	p.mu.Unlock()
	var asked struct {
		Stream bool `json:"stream"`
	}
	_ = json.Unmarshal(body, &asked)
	key := r.Header.Get("Authorization")
	switch how {
	case EchoUnauthorized:
		w.Header().Set("X-Reflected", key)
		w.Header().Set("WWW-Authenticate", "Bearer realm=\""+key+"\"")
		failure(w, http.StatusUnauthorized, "Incorrect API key provided: "+key)
	case ServerError:
		failure(w, http.StatusInternalServerError, fmt.Sprintf("boom: %v", r.Header))
	case Hang:
		select {
		case <-r.Context().Done():
		case <-p.quit:
		}
	case Redirect:
		http.Redirect(w, r, p.RedirectTo, http.StatusTemporaryRedirect)
	case Reset:
		reset(w)
	case EchoGzip:
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(completion("you sent " + key))
		_ = z.Close()
	case EchoStream:
		stream(w, "you sent "+key)
	case RateLimited:
		w.Header().Set("Retry-After", "7")
		failure(w, http.StatusTooManyRequests, "slow down")
	case Garbage:
		_, _ = io.WriteString(w, "<html>not what you asked for</html>")
	case Parrot:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(completion(string(body)))
	default:
		if asked.Stream {
			stream(w, text)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(completion(text))
	}
}

func failure(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "error"}})
}

func completion(text string) []byte {
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(map[string]any{
		"id": "c1", "object": "chat.completion", "created": 1, "model": "m",
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": "stop",
			"message": map[string]any{"role": "assistant", "content": text},
		}},
		"usage": map[string]any{"prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11},
	})
	return b.Bytes()
}

// stream sends the text in pieces of three bytes, each in one write.
func stream(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w).Flush
	for i := 0; i < len(text); i += 3 {
		b, _ := json.Marshal(map[string]any{
			"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
			"choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": text[i:min(i+3, len(text))]}}},
		})
		_, _ = fmt.Fprintf(w, "data: %s\n\n", b)
		_ = flush()
	}
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
}

// reset announces more bytes than it sends, then resets the connection.
func reset(w http.ResponseWriter) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = buf.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"id\":")
	_ = buf.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
