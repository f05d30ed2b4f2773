package e2e_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// TestOutage stops a store and starts it again. Meanwhile everything that needs the store
// fails with UNAVAILABLE and a reason, and does not wait indefinitely. Nothing is half
// written, and afterwards the services recover without help.
func TestOutage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		var mu sync.Mutex
		proxies := map[string][]*proxy{}
		in := install(t, k, options{through: func(t testing.TB, url string) string {
			through, p := through(t, url)
			mu.Lock()
			defer mu.Unlock()
			proxies[url[:5]] = append(proxies[url[:5]], p)
			return through
		}})
		provider := testkit.Provider(t)
		w := in.asker(t, provider.URL)
		w.workflow(t, "plain", plain())
		o := &outage{in: in, w: w, provider: provider}
		t.Run("database", func(t *testing.T) { o.happens(t, proxies["postg"]) })
		if k == fiveProcesses {
			t.Run("Redis", func(t *testing.T) { o.happens(t, proxies["redis"]) })
		}
	})
}

type outage struct {
	in       *installation
	w        *tenant
	provider *testkit.OpenAI
}

func (o *outage) happens(t *testing.T, stores []*proxy) {
	run := func() reply {
		return o.w.call(t, http.MethodPost, o.w.path()+"/workflows/ask:run", question("x"))
	}
	if r := run(); r.status != http.StatusOK {
		t.Fatal(r)
	}
	calls := o.provider.Count()
	for _, s := range stores {
		s.cut()
	}
	eventually(t, limit, "it is not ready", func() bool { return !ok("http://" + o.in.program("vault").admin + "/readyz") })
	begin := time.Now()
	for range 3 {
		r := run()
		if r.status != http.StatusServiceUnavailable || r.number("code") != 14 || r.reason() == "" {
			t.Errorf("a run without the store: %s", r)
			o.in.explain(t, r)
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("three answers took %v", took)
	}
	if got := o.provider.Count(); got != calls {
		t.Errorf("the provider was called %d times without a store to write it down", got-calls)
	}
	write := o.w.call(t, http.MethodPost, o.w.path()+"/workflows?workflowId=half", object{"definition": plain()})
	for _, s := range stores {
		s.open(t)
	}
	eventually(t, 20*time.Second, "runs can be made again", func() bool { return run().status == http.StatusOK })
	if got := o.w.call(t, http.MethodGet, o.w.path()+"/workflows/half", nil); (got.status == http.StatusOK) != (write.status == http.StatusOK) {
		t.Errorf("a write that was answered with %s left %s", write, got)
	}
	o.consistent(t)
}

// consistent: every call of the provider is booked, and no run is open.
func (o *outage) consistent(t *testing.T) {
	eventually(t, 30*time.Second, "the ledger has what the provider has", func() bool {
		return number(o.w.usage(t, "key")[o.w.keyName]["credentialCalls"]) == int64(o.provider.Count())
	})
	for _, r := range o.w.get(t, o.w.path()+"/runs").list("runs") {
		if at(r, "state") == "RUN_STATE_RUNNING" {
			t.Errorf("a run continues: %v", r)
		}
	}
}
