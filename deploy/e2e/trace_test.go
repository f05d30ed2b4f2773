package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// traces: one shared run is one trace with a span of every service that took part, each
// below its caller's, and none with content of the run.
func traces(t *testing.T, in *installation) {
	provider := gated(t)
	owner := in.demoOwner(t)
	id := "traced-" + random()[:6]
	secret := owner.in.secret()
	owner.post(t, owner.path()+"/credentials?credentialId="+id, object{"provider": "openai_compatible", "value": secret, "hosts": []string{origin(provider.URL)}})
	flow := owner.workflow(t, id, readAndAsk(provider.URL, id))
	_, token := owner.share(t, flow, object{"credentialAccess": "CREDENTIAL_ACCESS_OWNER", "runAccess": "RUN_ACCESS_OWNER"})
	payload := "payload-" + random()
	r := in.guest().shared(t, token, object{"inputs": object{"image": picture(sign(t, "TRACE")), "question": payload}})
	if r.status != http.StatusOK {
		t.Fatal(r)
	}
	want := []string{"gateway", "registry", "runner", "sharing", "vault"}
	var trace []span
	eventually(t, limit, "one trace has spans of all services, one below the other", func() bool {
		trace = in.traceOf(t, r.header.Get("X-Request-Id"))
		return cmp.Equal(want, in.servicesOf(trace)) && connected(trace)
	})
	for _, s := range trace {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []string{payload, "red motorcycle", "TRACE", token} {
			if strings.Contains(string(raw), hidden) {
				t.Errorf("a span holds %q: %s", hidden, raw)
			}
		}
	}
}

// readAndAsk uses a private model and a credential.
func readAndAsk(url, slot string) object {
	d := ask(url, "$credentials."+slot)
	d["inputs"] = append(d["inputs"].([]any), object{"type": "WorkflowImage", "name": "image"}) //nolint:forcetypeassert // our own
	d["steps"] = append(d["steps"].([]any), object{                                             //nolint:forcetypeassert // our own
		"type": "roboflow_core/pp_ocr@v1", "name": "ocr", "images": "$inputs.image", "model_id": "demo/pp-ocr/1",
	})
	return d
}

// traceOf finds the trace of a request by the log line that has both IDs. The reply does
// not contain the trace ID.
func (in *installation) traceOf(t testing.TB, request string) []span {
	t.Helper()
	var id string
	for line := range strings.Lines(string(in.program("gateway").logs.bytes())) {
		var l struct {
			TraceID   string `json:"trace_id"`
			RequestID string `json:"request_id"`
		}
		if json.Unmarshal([]byte(line), &l) == nil && l.RequestID == request && l.TraceID != "" {
			id = l.TraceID
		}
	}
	var trace []span
	for _, s := range in.spans() {
		if id != "" && s.SpanContext.TraceID == id {
			trace = append(trace, s)
		}
	}
	return trace
}

// servicesOf returns the services that made a trace's spans. In one process all have one
// resource, so the methods identify them.
func (in *installation) servicesOf(trace []span) []string {
	var found []string
	for _, s := range trace {
		if in.kind == fiveProcesses {
			for _, a := range s.Resource {
				if a.Key == "service.name" {
					found = append(found, fmt.Sprint(a.Value.Value))
				}
			}
			continue
		}
		if name, _, ok := strings.Cut(strings.TrimPrefix(s.Name, "keyhole."), "."); ok && strings.HasPrefix(s.Name, "keyhole.") {
			found = append(found, name)
		} else if s.Parent.SpanID == root {
			found = append(found, "gateway")
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

const root = "0000000000000000"

// connected: every span except the first has a parent. Programs export their spans
// independently, so some arrive later.
func connected(trace []span) bool {
	ids := map[string]bool{root: true}
	for _, s := range trace {
		ids[s.SpanContext.SpanID] = true
	}
	roots := 0
	for _, s := range trace {
		if s.Parent.SpanID == root {
			roots++
		}
		if !ids[s.Parent.SpanID] {
			return false
		}
	}
	return roots == 1
}
