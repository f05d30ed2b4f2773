package e2e_test

import (
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// TestAHungReplicaGetsNoCalls stops one of two vaults as a debugger does: it keeps its
// connections and answers nothing. Runs continue with the other one, and no call is lost or
// counted twice.
func TestAHungReplicaGetsNoCalls(t *testing.T) {
	t.Parallel()
	hosts := filepath.Join(t.TempDir(), "hosts")
	write(t, hosts, []byte("127.0.0.1 localhost\n127.0.0.2 vault.test\n127.0.0.3 vault.test\n"))
	in := install(t, fiveProcesses, options{replicas: true, wrap: withHosts(t, hosts)})
	provider := testkit.Provider(t)
	w := in.asker(t, provider.URL)
	run := func() reply {
		return w.call(t, http.MethodPost, w.path()+"/workflows/ask:run", question("x"))
	}
	// steady: twenty runs in a row succeed, so that both replicas would have had some.
	steady := func(when string) {
		t.Helper()
		began, inRow, lost := time.Now(), 0, 0
		eventually(t, time.Minute, "runs succeed "+when, func() bool {
			inRow++
			if r := run(); r.status != http.StatusOK {
				inRow, lost = 0, lost+1
			}
			return inRow == 20
		})
		t.Logf("%s: 20 runs in a row after %v; %d failed before", when, time.Since(began).Round(time.Millisecond), lost)
	}
	steady("with two vaults")
	hung := in.program("vault 2").cmd.Process
	signal := func(s syscall.Signal) {
		if err := hung.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	t.Cleanup(func() { _ = hung.Signal(syscall.SIGCONT) }) // it has to end
	steady("while one vault hangs")
	for name, p := range in.programs {
		if name != "vault 2" && !ok("http://"+p.admin+"/readyz") {
			t.Errorf("%s is not ready because a vault hangs", name)
		}
	}
	signal(syscall.SIGCONT)
	steady("when it continues")
	(&outage{in: in, w: w, provider: provider}).consistent(t)
}
