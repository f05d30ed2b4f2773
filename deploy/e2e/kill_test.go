package e2e_test

import (
	"net/http"
	"sync"
	"testing"
	"time"
)

// TestKill ends programs with kill -9 while runs are before, in and after their provider's
// answer. Afterwards the ledger agrees with the provider, the budget is available again,
// and no client waits indefinitely.
func TestKill(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		victims := []string{"runner", "sharing", "vault"}
		if k == oneProcess {
			victims = []string{"keyhole"}
		}
		for _, victim := range victims {
			t.Run(victim, func(t *testing.T) {
				t.Parallel()
				killed(t, k, victim)
			})
		}
	})
}

const (
	killBudget  = 60
	killWorkers = 6
)

func killed(t *testing.T, k kind, victim string) {
	in := install(t, k, options{})
	provider := gated(t)
	w := in.asker(t, provider.URL)
	key, name := in.newKey(t, w.client, w.name, killBudget)
	c := &crash{in: in, w: w.with(key, name), provider: provider, victim: victim}
	w.workflow(t, "plain", plain())

	c.underLoad(t)
	c.whileItAnswers(t)
	c.settled(t)
	c.compare(t)
	c.budget(t)
}

// crash is a program to kill and its peers.
type crash struct {
	in       *installation
	w        *tenant
	provider *gate
	victim   string

	mu        sync.Mutex
	succeeded int64 // runs that a client saw succeed
}

// run makes one request and requires an answer, whatever its content.
func (c *crash) run(t *testing.T) {
	r, err := c.w.within(45*time.Second, http.MethodPost, c.w.path()+"/workflows/ask:run", question("x"))
	if err != nil && c.in.kind == fiveProcesses {
		t.Errorf("the gateway runs, and a client got %v", err)
	}
	if err == nil && r.status == http.StatusOK && r.text("outputs.0.answer") != "" {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.succeeded++
	}
}

// underLoad kills during runs: before, while and after the provider answers.
func (c *crash) underLoad(t *testing.T) {
	var workers sync.WaitGroup
	for range killWorkers {
		workers.Go(func() {
			for range 4 {
				c.run(t)
			}
		})
	}
	eventually(t, 30*time.Second, "the provider is asked", func() bool { return c.provider.count() >= killWorkers+2 })
	c.in.program(c.victim).kill(t)
	c.back(t)
	workers.Wait()
}

// whileItAnswers kills when every run has reached the provider, and none has its answer.
func (c *crash) whileItAnswers(t *testing.T) {
	open := c.provider.close()
	defer open()
	before := c.provider.count()
	var workers sync.WaitGroup
	for range killWorkers {
		workers.Go(func() { c.run(t) })
	}
	eventually(t, 30*time.Second, "all runs wait for the provider", func() bool { return c.provider.count() == before+killWorkers })
	c.in.program(c.victim).kill(t)
	c.back(t)
	open()
	workers.Wait()
}

// back restarts the program. Its peers reconnect with a growing delay of up to 5 s.
func (c *crash) back(t *testing.T) {
	c.in.restart(t, c.victim)
	eventually(t, 15*time.Second, "runs can be made again", func() bool {
		return c.w.call(t, http.MethodPost, c.w.path()+"/workflows/plain:run", object{}).status == http.StatusOK
	})
}

func (c *crash) runs(t *testing.T) []any {
	return c.w.get(t, c.w.path()+"/runs?pageSize=500").list("runs")
}

// settled waits until the last run has ended. A run whose runner died ends with its lease.
func (c *crash) settled(t *testing.T) {
	eventually(t, 90*time.Second, "all runs are settled", func() bool {
		for _, r := range c.runs(t) {
			if at(r, "state") == "RUN_STATE_RUNNING" {
				return false
			}
		}
		return true
	})
}

// compare compares the ledger with the provider's own count.
func (c *crash) compare(t *testing.T) {
	var booked, unknown int64
	for _, r := range c.runs(t) {
		name, _ := at(r, "name").(string)
		for _, item := range c.w.get(t, "/v1/"+name).list("charges") {
			if at(item, "kind") != "credential" {
				continue
			}
			booked += number(at(item, "quantity"))
			if at(item, "endUnknown") == true {
				unknown++
			}
		}
	}
	total := c.w.usage(t, "key")[c.w.keyName]
	if got := number(total["credentialCalls"]); got != booked {
		t.Errorf("usage has %d calls, the runs have %d", got, booked)
	}
	if p := c.provider.count(); p > booked || p < booked-unknown {
		t.Errorf("the provider counted %d calls; %d are booked, of %d the end is unknown", p, booked, unknown)
	}
	if unknown > 2*killWorkers {
		t.Errorf("the end of %d calls is unknown, and only %d were in flight", unknown, 2*killWorkers)
	}
	if ended := number(total["runs"]) - number(total["failedRuns"]); ended < c.succeeded {
		t.Errorf("clients saw %d runs end well, and %d are booked as such: %v", c.succeeded, ended, total)
	}
	t.Logf("%s: provider %d, booked %d, end unknown %d, succeeded %d, usage %v", c.victim, c.provider.count(), booked, unknown, c.succeeded, total)
}

// budget: the budget of all runs that were not booked can be used, exactly. A reservation
// whose program died before its run was booked comes back after up to 20 s (sharing/meter).
func (c *crash) budget(t *testing.T) {
	left := killBudget - number(c.w.usage(t, "key")[c.w.keyName]["runs"])
	var got int64
	use := func() reply {
		return c.w.call(t, http.MethodPost, c.w.path()+"/workflows/plain:run", object{})
	}
	eventually(t, 40*time.Second, "the budget is used up", func() bool {
		if use().status == http.StatusOK {
			got++
		}
		return got >= left
	})
	last := use()
	if got != left || last.status != http.StatusPaymentRequired {
		t.Errorf("%d runs were left, %d could be made, and then came %s", left, got, last)
	}
}
