package bench

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/node"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

type object = map[string]any

// harness is a Keyhole with a link, served over HTTP like `keyhole serve`.
type harness struct {
	addr     string
	operator *client.Client
	owner    *client.Client
	// visitor is a key of another workspace.
	visitor string
}

// newHarness starts all services with logs and metrics on. Writing the log costs what it
// costs in production.
func newHarness(tb testing.TB, change ...func(*node.Config)) *harness {
	tb.Helper()
	sink, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	must(tb, err)
	tb.Cleanup(func() { _ = sink.Close() })
	tel, err := telemetry.New(tb.Context(), telemetry.Config{Service: "keyhole", Output: sink})
	must(tb, err)
	lis, err := lifecycle.Listen(tb.Context(), "127.0.0.1:0")
	must(tb, err)
	cfg := node.Config{Data: tb.TempDir(), PublicURL: "http://" + lis.Addr().String(), Worker: worker(tb)}
	for _, c := range change {
		c(&cfg)
	}
	n, err := node.Open(tb.Context(), cfg, tel)
	must(tb, err)
	serve(tb, tel, n, lis)
	return seed(tb, lis.Addr().String(), cfg.Data)
}

// serve runs the node until the benchmark ends.
func serve(tb testing.TB, tel *telemetry.Telemetry, n *node.Node, lis net.Listener) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	parts := append(n.Components(), lifecycle.HTTP("http", lis, &http.Server{Handler: n.Gateway()}, 0))
	go func() { done <- lifecycle.Run(ctx, tel.Logger, &lifecycle.Readiness{}, parts...) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
		if err := n.Close(); err != nil {
			tb.Error(err)
		}
	})
}

// seed creates two workspaces with a key each.
func seed(tb testing.TB, addr, data string) *harness {
	tb.Helper()
	key, err := os.ReadFile(filepath.Join(data, "operator.key"))
	must(tb, err)
	s := &harness{addr: addr, operator: client.New("http://"+addr, string(key))}
	s.owner = s.operator.WithKey(s.workspace(tb, "bench"))
	s.visitor = s.workspace(tb, "stranger")
	return s
}

func (s *harness) workspace(tb testing.TB, id string) string {
	tb.Helper()
	must(tb, s.operator.Do(tb.Context(), http.MethodPost, "/v1/workspaces", url.Values{"workspaceId": {id}}, object{"title": id}, nil))
	var made struct{ Key string }
	must(tb, s.operator.Do(tb.Context(), http.MethodPost, "/v1/workspaces/"+id+"/keys", nil, object{"title": id}, &made))
	return made.Key
}

// share creates a workflow and a link to it, and returns the link's path.
func (s *harness) share(tb testing.TB, id, definition string, settings object) string {
	tb.Helper()
	workflows := "/v1/workspaces/bench/workflows"
	must(tb, s.owner.Do(tb.Context(), http.MethodPost, workflows, url.Values{"workflowId": {id}},
		object{"title": "Greeting", "description": "Greets a visitor.", "definition": json.RawMessage(definition)}, nil))
	var made struct{ Token string }
	must(tb, s.owner.Do(tb.Context(), http.MethodPost, workflows+"/"+id+"/shares", nil, settings, &made))
	return "/v1/shared/" + made.Token
}

// ask posts a body as the visitor and returns the answer.
func (s *harness) ask(tb testing.TB, method, path string, body any) []byte {
	tb.Helper()
	var out json.RawMessage
	must(tb, s.operator.WithKey(s.visitor).Do(tb.Context(), method, path, nil, body, &out))
	return out
}

// worker is the model worker that `make build` builds.
func worker(tb testing.TB) string {
	tb.Helper()
	return built(tb, "keyhole-model-worker")
}

// built returns the path of a file in bin/.
func built(tb testing.TB, name string) string {
	tb.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	must(tb, err)
	if _, err := os.Stat(path); err != nil {
		tb.Fatalf("bin/%s is missing: make build makes it", name)
	}
	return path
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// greeting is a workflow without models, of a typical size.
const greeting = `{
 "version": "1.0",
 "inputs": [
  {"type": "WorkflowParameter", "name": "who", "kind": ["string"], "default_value": "world"},
  {"type": "WorkflowParameter", "name": "greeting", "kind": ["string"], "default_value": "hello"}
 ],
 "steps": [
  {"type": "roboflow_core/string_template@v1", "name": "line", "template": "{{ parameters.greeting }}, {{ parameters.who }}",
   "parameters": {"greeting": "$inputs.greeting", "who": "$inputs.who"}},
  {"type": "roboflow_core/property_definition@v1", "name": "loud", "data": "$steps.line.output", "operations": [{"type": "StringToUpperCase"}]}
 ],
 "outputs": [
  {"type": "JsonField", "name": "line", "selector": "$steps.line.output"},
  {"type": "JsonField", "name": "loud", "selector": "$steps.loud.output"}
 ]}`

// unlimited is a link with default settings.
var unlimited = object{"title": "bench"}

// metered has limits that are never reached, so all its scopes count.
var metered = object{"title": "bench", "limits": object{"runs": "1000000000", "visitorRuns": "1000000000", "period": "PERIOD_DAY"}}
