package e2e_test

import (
	"net/http"
	"testing"
	"time"
)

// revoke withdraws each right that a run depends on while its provider works. The run ends
// immediately, and is booked.
func revoke(t *testing.T, in *installation) {
	for name, withdraw := range map[string]func(t *testing.T, owner, visitor *tenant, share string){
		"the share": func(t *testing.T, owner, _ *tenant, share string) {
			owner.must(t, http.MethodDelete, "/v1/"+share, nil)
		},
		"the share, paused": func(t *testing.T, owner, _ *tenant, share string) {
			owner.post(t, "/v1/"+share+":pause", object{})
		},
		"the charged key": func(t *testing.T, _, visitor *tenant, _ string) {
			in.operator(t).must(t, http.MethodDelete, "/v1/"+visitor.keyName, nil)
		},
		"the credential": func(t *testing.T, owner, _ *tenant, _ string) {
			owner.must(t, http.MethodDelete, owner.path()+"/credentials/llm?force=true", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			revoked(t, in, withdraw)
		})
	}
}

func revoked(t *testing.T, in *installation, withdraw func(t *testing.T, owner, visitor *tenant, share string)) {
	provider := gated(t)
	owner, visitor := in.asker(t, provider.URL), in.tenant(t)
	visitor.visitor = true
	share, token := owner.share(t, owner.path()+"/workflows/ask", hidden())
	open := provider.close()
	defer open()
	answers := make(chan reply, 1)
	go func() {
		r, err := visitor.try(http.MethodPost, "/v1/shared/"+token+":run", question("x"))
		if err != nil {
			t.Error(err)
		}
		answers <- r
	}()
	eventually(t, 30*time.Second, "the provider is asked", func() bool { return provider.count() == 1 })
	withdraw(t, owner, visitor, share)
	select {
	case r := <-answers:
		if r.status < 400 || r.reason() == "" {
			t.Errorf("a run whose right is gone ends with %s", r)
		}
	case <-time.After(limit):
		t.Errorf("the run continues %v after its right is gone", limit)
	}
	if r := visitor.shared(t, token, question("x")); r.status < 400 || provider.count() != 1 {
		t.Errorf("the next run gets %s", r)
	}
	eventually(t, limit, "the run is booked", func() bool {
		runs := owner.get(t, owner.path()+"/runs?share="+share).list("runs")
		return len(runs) > 0 && at(runs[len(runs)-1], "state") != "RUN_STATE_RUNNING"
	})
}
