package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestRevocationReachesTheOtherReplica withdraws rights through one replica of gateway,
// sharing and vault, and uses them through the other. Within a second no new run is
// admitted and running ones are ended. The times are logged; only a late end is a failure.
func TestRevocationReachesTheOtherReplica(t *testing.T) {
	t.Parallel()
	in := install(t, fiveProcesses, options{twice: true})
	for _, c := range []struct {
		name     string
		withdraw func(t *testing.T, r *rights)
		uses     []string
	}{
		{"the share revoked", func(t *testing.T, r *rights) { r.owner.must(t, http.MethodDelete, "/v1/"+r.share, nil) }, []string{"view", "plain run", "run", "run in flight"}},
		{"the share paused", func(t *testing.T, r *rights) { r.owner.post(t, "/v1/"+r.share+":pause", object{}) }, []string{"view", "plain run", "run", "run in flight"}},
		{"the key revoked", func(t *testing.T, r *rights) {
			in.operator(t).must(t, http.MethodDelete, "/v1/"+r.visitor.keyName, nil)
		}, []string{"key", "plain run", "run", "run in flight"}},
		{"the credential deleted", func(t *testing.T, r *rights) {
			r.owner.must(t, http.MethodDelete, r.owner.path()+"/credentials/llm?force=true", nil)
		}, []string{"run", "run in flight"}},
		{"the credentials withdrawn from the share", func(t *testing.T, r *rights) {
			r.owner.must(t, http.MethodPatch, "/v1/"+r.share, object{"credentialAccess": "CREDENTIAL_ACCESS_VISITOR"})
		}, []string{"run", "run in flight"}},
	} {
		for _, use := range c.uses {
			t.Run(c.name+", "+use, func(t *testing.T) {
				var slowest time.Duration
				for range 3 {
					r := newRights(t, in, use)
					slowest = max(slowest, r.lapse(t, use, func() { c.withdraw(t, r) }))
				}
				t.Logf("gone %v after it was withdrawn at the other replica, the slowest of three times", slowest.Round(time.Millisecond))
			})
		}
	}
}

// rights are what a visitor's run through a link depends on. The owner uses the first
// replica, the visitor the second. A plain run needs sharing only.
type rights struct {
	owner, visitor *tenant
	provider       *gate
	share, token   string
}

func newRights(t *testing.T, in *installation, use string) *rights {
	t.Helper()
	r := &rights{provider: gated(t)}
	r.owner, r.visitor = in.asker(t, r.provider.URL), in.tenant(t)
	r.visitor.client.visitor, r.visitor.base = true, in.second
	if use == "plain run" {
		r.share, r.token = r.owner.share(t, r.owner.workflow(t, "plain", plain()), nil)
	} else {
		r.share, r.token = r.owner.share(t, r.owner.path()+"/workflows/ask", hidden())
	}
	return r
}

// lapse is the time between the withdrawal of a right and its effect.
func (r *rights) lapse(t *testing.T, use string, withdraw func()) time.Duration {
	t.Helper()
	if use == "run in flight" {
		return r.lapseInFlight(t, withdraw)
	}
	try := func() reply {
		switch use {
		case "view":
			return r.visitor.call(t, http.MethodGet, "/v1/shared/"+r.token, nil)
		case "key":
			return r.visitor.call(t, http.MethodGet, "/v1/whoami", nil)
		case "plain run":
			return r.visitor.shared(t, r.token, object{})
		default:
			return r.visitor.shared(t, r.token, question("x"))
		}
	}
	if got := try(); got.status != http.StatusOK || gone(use, got) { // and caches it, as late as possible
		t.Fatalf("before: %s", got)
	}
	withdraw()
	begin := time.Now()
	for {
		began := time.Now()
		got := try()
		if gone(use, got) {
			r.staysRefused(t, use, try)
			return began.Sub(begin)
		}
		if time.Since(begin) > limit {
			t.Fatalf("used %v after it was withdrawn: %s", limit, got)
		}
	}
}

// gone: the use is refused, or a view, which a paused link still has, says that it would be
// refused.
func gone(use string, got reply) bool {
	if use == "view" && got.status == http.StatusOK {
		return got.at("runnable") != true
	}
	return got.status >= 400 && got.reason() != ""
}

// staysRefused tries again: no part may restore what another has dropped.
func (r *rights) staysRefused(t *testing.T, use string, try func() reply) {
	t.Helper()
	calls := r.provider.count()
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
		if got := try(); !gone(use, got) {
			t.Fatalf("refused once, then used again: %s", got)
		}
	}
	if r.provider.count() != calls {
		t.Error("a refused run asked its provider")
	}
}

func (r *rights) lapseInFlight(t *testing.T, withdraw func()) time.Duration {
	t.Helper()
	open := r.provider.close()
	defer open()
	ended := make(chan error, 1)
	go func() {
		got, err := r.visitor.try(http.MethodPost, "/v1/shared/"+r.token+":run", question("x"))
		if err == nil && (got.status < 400 || got.reason() == "") {
			err = fmt.Errorf("it ends with %s", got)
		}
		ended <- err
	}()
	eventually(t, 30*time.Second, "the provider is asked", func() bool { return r.provider.count() == 1 })
	withdraw()
	begin := time.Now()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
		return time.Since(begin)
	case <-time.After(limit):
		t.Fatalf("the run continues %v after its right is gone", limit)
		return limit
	}
}
