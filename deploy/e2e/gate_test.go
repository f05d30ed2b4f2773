package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// gate is a provider that answers on the test's signal, so that the test knows the state of
// a run.
type gate struct {
	URL      string
	answers  *testkit.OpenAI
	arrived  atomic.Int64
	mu       sync.Mutex
	shut     chan struct{} // closed when open
	quitting chan struct{}
}

// gated starts a gate, open.
func gated(t testing.TB) *gate {
	t.Helper()
	g := &gate{answers: testkit.Provider(t), shut: make(chan struct{}), quitting: make(chan struct{})}
	close(g.shut)
	s := httptest.NewServer(g)
	t.Cleanup(func() {
		close(g.quitting)
		s.CloseClientConnections()
		s.Close()
	})
	g.URL = s.URL + "/v1"
	return g
}

// close holds requests from now on; the returned function releases them.
func (g *gate) close() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	shut := make(chan struct{})
	g.shut = shut
	return sync.OnceFunc(func() { close(shut) })
}

// count returns the requests that the provider counted.
func (g *gate) count() int64 { return g.arrived.Load() }

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.arrived.Add(1)
	g.mu.Lock()
	shut := g.shut
	g.mu.Unlock()
	select {
	case <-shut:
		g.answers.ServeHTTP(w, r)
	case <-r.Context().Done():
	case <-g.quitting:
	}
}
