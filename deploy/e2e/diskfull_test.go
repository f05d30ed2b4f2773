package e2e_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// smallDisk mounts a small file system that only the program sees, and then executes the
// program.
const smallDisk = `mount -t tmpfs -o size=24m,mode=700 tmpfs "$0" && exec "$@"`

// namespace returns how this user may mount a file system, if at all.
func namespace(t testing.TB) []string {
	t.Helper()
	var all error
	for _, flags := range []string{"-m", "-Urm"} {
		out, err := exec.Command("unshare", flags, "sh", "-c", smallDisk, t.TempDir(), "true").CombinedOutput()
		if err == nil {
			return []string{"unshare", flags, "sh", "-c", smallDisk}
		}
		all = errors.Join(all, fmt.Errorf("unshare %s: %w: %s", flags, err, out))
	}
	t.Skipf("no small disk can be mounted here, so a full one is not tried: %v", all)
	return nil
}

// TestDiskFull: on a full disk a write fails with UNAVAILABLE and leaves nothing, reads
// succeed, and a call that cannot be recorded is not made.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	in := install(t, oneProcess, options{wrap: namespace(t)})
	inside := in.dir
	t.Cleanup(func() { in.dir = t.TempDir() }) // the small disk ends with its program
	provider := testkit.Provider(t)
	w := in.asker(t, provider.URL)
	w.workflow(t, "plain", plain())
	o := &outage{in: in, w: w, provider: provider}
	if r := w.call(t, http.MethodPost, w.path()+"/workflows/ask:run", question("x")); r.status != http.StatusOK {
		t.Fatal(r)
	}
	tooMuch(t, w)
	calls := provider.Count()
	filler := fill(t, inside)
	for _, r := range []reply{
		w.call(t, http.MethodPost, w.path()+"/workflows/ask:run", question("x")),
		w.call(t, http.MethodPost, w.path()+"/workflows?workflowId=half", object{"definition": plain()}),
		w.call(t, http.MethodPost, w.path()+"/keys", object{}),
	} {
		if r.status != http.StatusServiceUnavailable || r.number("code") != 14 || r.reason() == "" {
			t.Errorf("on a full disk: %s", r)
			in.explain(t, r)
		}
	}
	w.get(t, w.path()+"/workflows/ask")
	if provider.Count() != calls {
		t.Error("the provider was called, and nothing could be written down")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, limit, "runs can be made again", func() bool {
		return w.call(t, http.MethodPost, w.path()+"/workflows/ask:run", question("x")).status == http.StatusOK
	})
	if r := w.call(t, http.MethodGet, w.path()+"/workflows/half", nil); r.status != http.StatusNotFound {
		t.Errorf("the workflow that was refused is there: %s", r)
	}
	o.consistent(t)
}

// tooMuch uploads a model that does not fit.
func tooMuch(t *testing.T, w *tenant) {
	t.Helper()
	weights, err := os.Open(filepath.Join("..", "..", "bin", "models", "pp-ocr.zip"))
	if err != nil {
		t.Fatalf("%v: run make build", err)
	}
	defer func() { _ = weights.Close() }()
	before := room(t, w.in.dir)
	w.post(t, w.path()+"/models?modelId=big", object{"title": "big"})
	version := w.post(t, w.path()+"/models/big/versions", object{}).text("name")
	r := w.call(t, http.MethodPut, "/v1/"+version+"/artifact", weights)
	if r.status != http.StatusServiceUnavailable || r.reason() == "" {
		t.Errorf("a model that does not fit: %s", r)
		w.in.explain(t, r)
	}
	if after := room(t, w.in.dir); after < before-2<<20 {
		t.Errorf("a model that was refused keeps %d bytes", before-after)
	}
}

func room(t *testing.T, dir string) int64 {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Bavail) * s.Bsize
}

// fill fills the disk to the last byte.
func fill(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, size := range []int{1 << 20, 1 << 12, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	return name
}
