package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// foreigner is a third party's server that imitates several providers. It answers the calls
// with some of the keys.
type foreigner struct {
	proxy *httputil.ReverseProxy

	mu sync.Mutex
	// keys are the keys, and whether their calls ask for a stream.
	keys map[string]bool
}

// startForeigner starts @copilotkit/aimock from npm, which make build installs.
func startForeigner(t *testing.T) *foreigner {
	t.Helper()
	script, err := filepath.Abs("../../gateway/web/e2e/providers.mjs")
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", script)
	node.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var failed bytes.Buffer
	node.Stderr = &failed
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatalf("start node: %v", err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = node.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	at, bad := url.Parse(strings.TrimSpace(line))
	if err != nil || bad != nil {
		t.Fatalf("the server from npm does not start, run make build: %v %v %s", err, bad, failed.Bytes())
	}
	return &foreigner{keys: map[string]bool{}, proxy: httputil.NewSingleHostReverseProxy(at)}
}

// serves directs the calls with a key to it.
func (e *foreigner) serves(key string, stream bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keys[key] = stream
}

// serve answers the calls with these keys, and leaves others to next.
func (e *foreigner) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + r.Header.Get("X-Api-Key") + r.Header.Get("X-Goog-Api-Key")
	e.mu.Lock()
	stream, ours := e.keys[key]
	e.mu.Unlock()
	switch {
	case !ours:
		next.ServeHTTP(w, r)
	case stream:
		e.proxy.ServeHTTP(w, streaming(r))
	default:
		e.proxy.ServeHTTP(w, r)
	}
}

// streaming changes a request to one for a stream.
func streaming(r *http.Request) *http.Request {
	raw, _ := io.ReadAll(r.Body)
	if path, ok := strings.CutSuffix(r.URL.Path, ":generateContent"); ok {
		r.URL.Path, r.URL.RawQuery = path+":streamGenerateContent", "alt=sse"
	} else {
		var body object
		_ = json.Unmarshal(raw, &body)
		body["stream"] = true
		raw, _ = json.Marshal(body)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	return r
}

// foreign asks a block at the third party's server for an answer, a stream, a tool call and a
// failure.
func (w *vendorAsker) foreign(t *testing.T, visitor *tenant, token string) {
	for name, c := range map[string]struct {
		question, cause string
		stream          bool
	}{
		"an answer": {question: "what is it?"}, "a stream": {question: "what is it?", stream: true},
		"a tool":  {question: "call a tool", cause: "tool_called"},
		"a limit": {question: "you ask too often", cause: "rate_limited"},
	} {
		t.Run(name+" of a server from npm", func(t *testing.T) {
			t.Parallel()
			inputs, keys := w.brought(t, token)
			inputs["image"], inputs["question"] = anyPicture(), c.question
			for _, key := range keys {
				w.s.serves(key, c.stream)
			}
			r := visitor.call(t, http.MethodPost, "/v1/shared/"+token+":run", object{"inputs": inputs})
			if c.cause == "" && r.text("outputs.0.0") != "a red motorcycle" || c.cause != "" && !strings.Contains(r.String(), `"cause":"`+c.cause+`"`) {
				t.Error(r)
			}
		})
	}
}
