package models

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
)

func artifact(data []byte) Artifact {
	sum := sha256.Sum256(data)
	return Artifact{
		ID: "demo/m/1", Tenant: "demo", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)),
		Fetch: func(_ context.Context, w io.Writer) error { _, err := w.Write(data); return err },
	}
}

// entry of a zip; a name may be anything.
type entry struct{ name, text string }

func zipped(tb testing.TB, entries ...entry) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(f, e.text); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func newStore(tb testing.TB, bytes int64) *Store {
	tb.Helper()
	s := NewStore(filepath.Join(tb.TempDir(), "models"), bytes)
	if err := s.Reset(); err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestPackagesAreUnpacked(t *testing.T) {
	t.Parallel()
	s := newStore(t, 1<<20)
	for name, data := range map[string][]byte{
		"bare model":  []byte("weights"),
		"zip":         zipped(t, entry{"weights.onnx", "weights"}, entry{"README.md", "not unpacked"}),
		"in a folder": zipped(t, entry{"detector/weights.onnx", "weights"}, entry{"detector/class_names.txt", "cat\ndog\n"}),
	} {
		pkg, release, err := s.Open(t.Context(), artifact(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file, err := pkg.model("demo", modelpackage.WeightsFile, fair.Client{}).Open()
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(file)
		_ = file.Close()
		if string(got) != "weights" || taskOf(pkg, Artifact{}) != ObjectDetection || taskOf(pkg, Artifact{Task: Classification}) != Classification {
			t.Errorf("%s: weights are %q, the task is %s", name, got, taskOf(pkg, Artifact{}))
		}
		if entries, _ := os.ReadDir(pkg.dir); len(entries) > 2 {
			t.Errorf("%s: %v was unpacked", name, entries)
		}
		if name == "in a folder" && strings.Join(pkg.Names, ",") != "cat,dog" {
			t.Errorf("%s: classes are %q", name, pkg.Names)
		}
		release()
	}
}

func TestHostilePackagesAreRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t, 1<<30)
	good := zipped(t, entry{"weights.onnx", strings.Repeat("weights", 1000)})
	damaged := bytes.Clone(good)
	for i := 60; i < 70; i++ { // within the compressed weights
		damaged[i] ^= 0xff
	}
	for name, data := range map[string][]byte{
		"out of the folder":    zipped(t, entry{"../weights.onnx", "w"}),
		"absolute":             zipped(t, entry{"/tmp/weights.onnx", "w"}),
		"of another system":    zipped(t, entry{`..\weights.onnx`, "w"}),
		"deep":                 zipped(t, entry{"a/b/weights.onnx", "w"}),
		"through a folder":     zipped(t, entry{"a/../../weights.onnx", "w"}),
		"twice":                zipped(t, entry{"weights.onnx", "w"}, entry{"a/weights.onnx", "w"}),
		"without weights":      zipped(t, entry{"model_config.json", "{}"}),
		"empty weights":        zipped(t, entry{"weights.onnx", ""}),
		"an empty file":        {},
		"a bomb":               zipped(t, entry{"weights.onnx", "w"}, entry{"class_names.txt", strings.Repeat("\n", maxSettings+1)}),
		"a bomb of weights":    zipped(t, entry{"weights.onnx", strings.Repeat("\x00", 40<<20)}),
		"a bomb of two":        zipped(t, entry{"det.onnx", strings.Repeat("\x00", 20<<20)}, entry{"rec.onnx", strings.Repeat("\x00", 20<<20)}),
		"truncated":            good[:len(good)-30],
		"damaged":              damaged,
		"settings not JSON":    zipped(t, entry{"weights.onnx", "w"}, entry{"model_config.json", "{"}),
		"settings of no sense": zipped(t, entry{"weights.onnx", "w"}, entry{"inference_config.json", `{"network_input":{"training_input_size":{"width":100000,"height":1}}}`}),
		"unknown resize":       zipped(t, entry{"weights.onnx", "w"}, entry{"inference_config.json", `{"network_input":{"training_input_size":{"width":64,"height":64},"resize_mode":"fit-longer-edge"}}`}),
		"reader without parts": zipped(t, entry{"det.onnx", "w"}, entry{"model_config.json", `{"task_type":"text-recognition"}`}),
	} {
		_, _, err := s.Open(t.Context(), artifact(data))
		if errs.ReasonOf(err) != errorsv1.Reason_REASON_MODEL_INVALID {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(s.dir); len(left) != 0 {
		t.Errorf("%v was left behind", left)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(s.dir), "weights.onnx")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was written outside of the store: %v", err)
	}
}

func TestAnArtifactThatIsNotWhatItsSumSaysIsRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t, 1<<20)
	a := artifact([]byte("weights"))
	a.Fetch = func(_ context.Context, w io.Writer) error { _, err := w.Write([]byte("others")); return err }
	if _, _, err := s.Open(t.Context(), a); errs.ReasonOf(err) != errorsv1.Reason_REASON_UNAVAILABLE {
		t.Errorf("another file came: %v", err)
	}
	a.SHA256 = "../../etc"
	if _, _, err := s.Open(t.Context(), a); err == nil {
		t.Error("a path was taken for a SHA-256")
	}
}

func TestTheStoreIsBounded(t *testing.T) {
	t.Parallel()
	s := newStore(t, 2500)
	open := func(fill string) func() {
		_, release, err := s.Open(t.Context(), artifact([]byte(strings.Repeat(fill, 1000))))
		if err != nil {
			t.Fatal(err)
		}
		return release
	}
	held := open("a")
	for _, fill := range []string{"b", "c", "d"} {
		open(fill)()
	}
	dirs, _ := os.ReadDir(s.dir)
	if len(dirs) != 2 {
		t.Errorf("%d packages are kept, want 2", len(dirs))
	}
	pkg, release, err := s.Open(t.Context(), artifact([]byte(strings.Repeat("a", 1000))))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := os.Stat(filepath.Join(pkg.dir, modelpackage.WeightsFile)); err != nil {
		t.Errorf("the package in use was removed: %v", err)
	}
	held()
}

func TestAPackageIsFetchedOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t, 1<<20)
	var fetched atomic.Int32
	a := artifact([]byte("weights"))
	inner := a.Fetch
	gate := make(chan struct{})
	a.Fetch = func(ctx context.Context, w io.Writer) error {
		fetched.Add(1)
		<-gate
		return inner(ctx, w)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, release, err := s.Open(t.Context(), a)
			if err != nil {
				t.Error(err)
				return
			}
			release()
		})
	}
	close(gate)
	wg.Wait()
	if fetched.Load() != 1 {
		t.Errorf("it was fetched %d times", fetched.Load())
	}
}

// A caller that gives up during a download does not end it for those who wait.
func TestAFetchThatIsGivenUpIsTakenOver(t *testing.T) {
	t.Parallel()
	s := newStore(t, 1<<20)
	a := artifact([]byte("weights"))
	inner := a.Fetch
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	a.Fetch = func(ctx context.Context, _ io.Writer) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	}
	first := make(chan error)
	go func() { _, _, err := s.Open(ctx, a); first <- err }()
	<-started
	b := a
	b.Fetch = inner
	second := make(chan error)
	go func() { _, _, err := s.Open(t.Context(), b); second <- err }()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	if err := <-second; err != nil {
		t.Errorf("who waited got %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(zipped(f, entry{"weights.onnx", "w"}, entry{"inference_config.json", "{}"}))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newStore(t, 1<<20)
		_, release, err := s.Open(t.Context(), artifact(data))
		if err == nil {
			release()
		} else if errs.ReasonOf(err) != errorsv1.Reason_REASON_MODEL_INVALID {
			t.Fatal(err)
		}
	})
}

// A fetch that panics is an error of its caller, and the next caller fetches again.
func TestAFetchThatPanicsLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	s := newStore(t, 1<<20)
	good := artifact([]byte("weights"))
	bad := good
	bad.Fetch = func(context.Context, io.Writer) error { panic("hostile") }
	if _, _, err := s.Open(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "hostile") {
		t.Errorf("a panic gave %v", err)
	}
	if left, _ := os.ReadDir(s.dir); len(left) != 0 {
		t.Errorf("%v is left of the fetch", left)
	}
	_, release, err := s.Open(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// Packages are chosen for deletion under the lock, and deleted after it: nobody waits for the disk.
func TestNoFileIsDeletedUnderTheLock(t *testing.T) {
	t.Parallel()
	s := newStore(t, 1)
	pkg, release, err := s.Open(t.Context(), artifact([]byte("weights")))
	if err != nil {
		t.Fatal(err)
	}
	release()
	s.mu.Lock()
	dirs := s.evict()
	_, err = os.Stat(pkg.dir)
	s.mu.Unlock()
	if len(dirs) != 1 || dirs[0] != pkg.dir || err != nil {
		t.Errorf("chosen %v, the package is in %s: %v", dirs, pkg.dir, err)
	}
}
