package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackTellASuspensionFromAPause watches a link through two replicas while the guard
// stops another visitor's run. Every run either succeeds or is refused with the message of
// a pause. After the stopped run has ended all are refused, and no refused run is charged.
func TestAttackTellASuspensionFromAPause(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A13", "runs, streams and views of a link at two replicas while the guard hits")
	in := install(t, fiveProcesses, options{twice: true})
	provider := testkit.Provider(t)
	owner := in.tenant(t)
	secret := owner.credential(t, "llm", provider.URL)
	flow := owner.workflow(t, "ask", ask(provider.URL, "$credentials.llm"))
	settings := hidden()
	settings["limits"] = object{"runs": "10000", "visitorRuns": "10000", "credentialCalls": "10000", "period": "PERIOD_DAY"}
	share, token := owner.share(t, flow, settings)

	watchers := []*tenant{in.tenant(t), in.tenant(t)}
	for _, w := range watchers {
		w.visitor = true
	}
	watchers[1].base = in.second
	refusal := owner.refusalOfAPause(t, share, token, watchers[0])

	thief := in.tenant(t)
	thief.visitor = true
	everybody := append(watchers, thief)
	before := charged(t, everybody)

	var over sync.WaitGroup
	stop := make(chan struct{})
	seen := make([][]look, 4)
	for i := range seen {
		w := watchers[i%2]
		over.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				began := time.Now()
				got := w.shared(t, token, question("x"))
				seen[i] = append(seen[i], look{began, got})
			}
		})
	}
	time.Sleep(300 * time.Millisecond) // some runs must succeed before the guard finds something
	provider.Behave(testkit.EchoUnauthorized)
	hit := thief.shared(t, token, question("x")) // the watchers' runs hit too: one of all is the cause
	ended := time.Now()
	if strings.Contains(string(hit.body), secret) {
		t.Fatal("the secret came back")
	}
	time.Sleep(700 * time.Millisecond)
	close(stop)
	over.Wait()

	good, failed := 0, 0
	for _, looks := range seen {
		for _, l := range looks {
			switch {
			case l.got.status == http.StatusOK:
				good++
				report.Attempt(l.began.Before(ended), "a run begins after the hit has ended: %s", l.got)
			case l.got.reason() == "PROVIDER_FAILED": // the run that was the cause
				failed++
			default:
				report.Attempt(words(l.got) == refusal, "a run is refused with %s, and a paused one with %s", l.got, refusal)
			}
		}
	}
	if hit.reason() == "PROVIDER_FAILED" {
		failed++
	}
	t.Logf("%d went well; the hit: %s", good, hit)
	report.Attempt(failed == 1, "%d runs ended like the one that was the reason", failed)
	for i, w := range watchers {
		view := w.call(t, http.MethodGet, "/v1/shared/"+token, nil)
		report.Attempt(view.at("runnable") != true, "replica %d shows the link as runnable", i)
	}
	booked := charged(t, everybody) - before
	report.Attempt(booked == int64(good+failed), "%d runs were charged, of %d that went well or failed", booked, good+failed)
	if got := owner.get(t, "/v1/"+share); got.text("state") != "SHARE_STATE_SUSPENDED" || got.text("suspension.run") == "" {
		t.Errorf("the owner is shown %s", got)
	}
}

// charged counts the runs that were charged to workspaces.
func charged(t *testing.T, all []*tenant) (n int64) {
	t.Helper()
	for _, w := range all {
		for _, row := range w.usage(t, "key") {
			n += number(row["runs"])
		}
	}
	return n
}

// look is one run of a watcher.
type look struct {
	began time.Time
	got   reply
}

// words returns the text of a refusal without the request's ID.
func words(r reply) string { return fmt.Sprint(r.status, r.text("message"), r.reason()) }

// refusalOfAPause returns the refusal of a paused link, after one successful run.
func (w *tenant) refusalOfAPause(t *testing.T, share, token string, visitor *tenant) string {
	t.Helper()
	if got := visitor.shared(t, token, question("x")); got.status != http.StatusOK {
		t.Fatalf("a run before: %s", got)
	}
	w.post(t, "/v1/"+share+":pause", object{})
	var got reply
	eventually(t, limit, "the pause is known", func() bool {
		got = visitor.shared(t, token, question("x"))
		return got.status != http.StatusOK
	})
	w.post(t, "/v1/"+share+":resume", object{})
	eventually(t, limit, "it is resumed", func() bool {
		return visitor.call(t, http.MethodGet, "/v1/shared/"+token, nil).at("runnable") == true
	})
	eventually(t, limit, "it is resumed everywhere", func() bool {
		second := *visitor.client
		second.base = visitor.in.second
		return second.call(t, http.MethodGet, "/v1/shared/"+token, nil).at("runnable") == true
	})
	return words(got)
}
