package bench

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/keyhole-dev/keyhole/deploy/node"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
)

// BenchmarkSharedView measures the view of a link for guests.
func BenchmarkSharedView(b *testing.B) {
	s := newHarness(b)
	path := s.share(b, "greeting", greeting, metered)
	view := s.ask(b, http.MethodGet, path, nil)
	bare := newEcho(b, view, nil)
	compare(b, newLoad(b, s.addr, http.MethodGet, path, "", nil), newLoad(b, bare, http.MethodGet, path, "", nil))
}

// BenchmarkSharedRun measures a run without models through a link: authorised, counted, and
// booked with durable commits. With default settings a run counts on the key that pays;
// with limits on the link also on the link and on its visitor.
func BenchmarkSharedRun(b *testing.B) {
	for _, link := range []struct {
		name     string
		settings object
	}{{"", unlimited}, {"-limits", metered}} {
		b.Run("embedded"+link.name, func(b *testing.B) { benchmarkRun(b, link.settings) })
		b.Run("redis+postgres"+link.name, func(b *testing.B) { benchmarkRun(b, link.settings, realStores(b)) })
	}
}

func benchmarkRun(b *testing.B, link object, change ...func(*node.Config)) {
	b.Helper()
	s := newHarness(b, change...)
	path := s.share(b, "greeting", greeting, link) + ":run"
	body := object{"inputs": object{"who": "you"}}
	reply := s.ask(b, http.MethodPost, path, body)
	raw, err := json.Marshal(body)
	must(b, err)
	bare := newEcho(b, nil, reply)
	compare(b, newLoad(b, s.addr, http.MethodPost, path, s.visitor, raw), newLoad(b, bare, http.MethodPost, path, s.visitor, encoded(b, raw, &runnerv1.RunSharedWorkflowRequest{})))
}
