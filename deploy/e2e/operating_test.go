package e2e_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

var (
	loopback = regexp.MustCompile(`127\.0\.0\.1:[0-9]+`)
	redisURL = regexp.MustCompile(`redis://127\.0\.0\.1:6379`)
)

// block returns the console block below a heading of docs/operate/operating.md.
func block(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/operate/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "\n## "+heading+"\n")
	_, section, begins := strings.Cut(section, "```console\n")
	text, _, ends := strings.Cut(section, "```")
	if !found || !begins || !ends {
		t.Fatalf("docs/operate/operating.md has no block below %q", heading)
	}
	return text
}

// elsewhere replaces the addresses and the Redis of a block. Everything else stays.
func elsewhere(t *testing.T, text string) (script, base string) {
	t.Helper()
	const kept = "REDIS-OF-THE-TEST"
	addrs := map[string]string{}
	text = redisURL.ReplaceAllString(text, kept)
	text = loopback.ReplaceAllStringFunc(text, func(addr string) string {
		if addrs[addr] == "" {
			addrs[addr] = freeAddr(t)
		}
		return addrs[addr]
	})
	redis := regexp.MustCompile(`^redis://[^/]+`).FindString(testkit.Redis(t))
	text = strings.ReplaceAll(text, kept, redis)
	return strings.ReplaceAll(text, "/path/to/keyhole/bin", filepath.Dir(built(t, "keyhole"))), "http://" + addrs["127.0.0.1:8080"]
}

// TestFiveProgramsAsDocumented pastes the page's block into a shell in an empty folder.
func TestFiveProgramsAsDocumented(t *testing.T) {
	t.Parallel()
	script, base := elsewhere(t, block(t, "Five programs"))
	cmd := exec.CommandContext(t.Context(), "bash", "-e")
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + cmd.Dir}
	cmd.Stdin = strings.NewReader(script)
	out, err := os.Create(filepath.Join(t.TempDir(), "out")) // a file, because the programs keep writing after the script has ended
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that they can be ended with it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { endGroup(t, cmd.Process.Pid) })
	failed := cmd.Wait()
	said, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`(?m)^link: +\S+/s/(\S+)$`).FindSubmatch(said)
	if failed != nil || link == nil {
		t.Fatalf("it ended with %v:\n%s", failed, said)
	}
	reply, err := http.Get(base + "/v1/shared/" + string(link[1])) //nolint:noctx // of our own programs
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		t.Errorf("the link that it printed answers %s", reply.Status)
	}
}

// endGroup stops the programs of a shell and waits until none is left.
func endGroup(t *testing.T, group int) {
	t.Helper()
	_ = syscall.Kill(-group, syscall.SIGTERM)
	end := time.Now().Add(30 * time.Second)
	for syscall.Kill(-group, 0) == nil {
		if time.Now().After(end) {
			_ = syscall.Kill(-group, syscall.SIGKILL)
			t.Error("its programs had to be killed")
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestSeedWaits: demo seed waits for the services, but not indefinitely.
func TestSeedWaits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "operator.key")
	seed := func() string {
		out, err := exec.CommandContext(t.Context(), built(t, "keyhole"), "demo", "seed", "--wait", "300ms",
			"--http", "http://"+freeAddr(t), "--operator-key-file", key).CombinedOutput()
		if err == nil {
			t.Errorf("it made a demo at no installation:\n%s", out)
		}
		return string(out)
	}
	if out := seed(); !strings.Contains(out, "waiting for the operator's key in "+key) || !strings.Contains(out, "waited 300ms") {
		t.Errorf("without the key's file:\n%s", out)
	}
	if err := os.WriteFile(key, []byte("kh_X\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := seed(); !strings.Contains(out, "to be ready, at most 300ms") || !strings.Contains(out, "connection refused") {
		t.Errorf("without an installation:\n%s", out)
	}
}
