package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestStop: a program that is asked to stop lets the run in progress finish.
func TestStop(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{demo: k == oneProcess})
		provider := gated(t)
		w := in.asker(t, provider.URL)
		open := provider.close()
		defer open()
		answers := make(chan reply, 1)
		go func() {
			r, err := w.try(http.MethodPost, w.path()+"/workflows/ask:run", question("x"))
			if err != nil {
				t.Error(err)
			}
			answers <- r
		}()
		eventually(t, 30*time.Second, "the provider is asked", func() bool { return provider.count() == 1 })
		p := in.program("runner")
		p.terminate(t)
		eventually(t, limit, "it says that it stops", func() bool { return strings.Contains(string(p.logs.bytes()), `"stopping"`) })
		open()
		if r := <-answers; r.status != http.StatusOK || r.text("outputs.0.answer") == "" {
			t.Errorf("the run in hand ended with %s", r)
		}
		p.ended(t, 30*time.Second)
		if p.err != nil {
			t.Errorf("it ended with %v:\n%s", p.err, p.tail())
		}
		again(t, in, w)
	})
}

// again: the next start finds all data, and keyhole serve --demo prints the demo's link.
func again(t *testing.T, in *installation, w *tenant) {
	p := in.program("runner")
	printed := len(p.spans.bytes())
	in.restart(t, "runner")
	if got := number(w.usage(t, "key")[w.keyName]["runs"]); got != 1 {
		t.Errorf("after a restart usage has %d runs", got)
	}
	eventually(t, 15*time.Second, "it can be run again", func() bool {
		return w.call(t, http.MethodPost, w.path()+"/workflows/ask:run", question("x")).status == http.StatusOK
	})
	if in.kind == fiveProcesses {
		return
	}
	token := in.demoToken(t)
	eventually(t, 30*time.Second, "the link is printed again", func() bool {
		return strings.Contains(string(p.spans.bytes()[printed:]), token)
	})
	if strings.Contains(string(p.spans.bytes()[printed:]), "shown once") {
		t.Error("the second start shows a key")
	}
	in.guest().get(t, "/v1/shared/"+token)
}
