package modelworker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

// Files that are not models, and models with false declarations, are refused by Inspect and
// by Infer, and the pool keeps working.
func TestHostileFilesAreRefused(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 2 })
	real, err := os.ReadFile(workertest.Fetched(t, ".tools/testdata/yolov8n.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	random := make([]byte, 1<<20)
	_, _ = rand.Read(random)
	files := map[string][]byte{
		"empty":              {},
		"random":             random,
		"truncated":          real[:len(real)/2],
		"truncated early":    real[:100],
		"a length too large": {0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"text":               []byte("<html>not a model</html>"),
		"flipped":            flip(real),
		"deep":               bytes.Repeat([]byte{0x3a, 0x7f}, 1<<16),
		"no inputs": workertest.Graph{
			Floats:  map[string][]float32{"c": {1}},
			Nodes:   []workertest.Node{{Op: "Add", In: []string{"c", "c"}, Out: []string{"y"}}},
			Outputs: []workertest.Value{{Name: "y", Shape: []int64{1}}},
		}.Encode(),
		"unknown operator": oneNode("Backdoor", "x").Encode(),
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			path := workertest.WriteFile(t, data)
			signature, err := pool.Inspect(t.Context(), fair.Client{}, workertest.Open(path))
			if kind := kindOf(err); kind != modelworker.Refused && kind != modelworker.TooLarge {
				t.Errorf("Inspect: %+v, %v", signature, err)
			}
			_, err = add(t.Context(), pool, model("a", path), 1)
			if kind := kindOf(err); kind != modelworker.Refused && kind != modelworker.TooLarge {
				t.Errorf("Infer: %v", err)
			}
		})
	}
	wantDouble(t, pool, model("a", double(t)))
}

// Dimensions that exceed any machine's memory are detected when the model runs.
func TestHugeDimensionsAreRefused(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	for _, dims := range [][]int64{{1 << 20, 1 << 20}, {math.MaxInt64, 2}, {1 << 40, 1 << 40, 0}} {
		path := workertest.Graph{
			Int64s:  map[string][]int64{"shape": dims},
			Nodes:   []workertest.Node{{Op: "ConstantOfShape", In: []string{"shape"}, Out: []string{"c"}}, {Op: "Add", In: []string{"x", "c"}, Out: []string{"y"}}},
			Inputs:  []workertest.Value{{Name: "x", Shape: []int64{1}}},
			Outputs: []workertest.Value{{Name: "y", Shape: dims}},
		}.Write(t)
		err := pool.Infer(t.Context(), model("a", path), []modelworker.Input{floats([]int64{1})}, nothing)
		if kind := kindOf(err); kind != modelworker.Refused && kind != modelworker.TooLarge {
			t.Errorf("%v: %v", dims, err)
		}
	}
	wantDouble(t, pool, model("a", double(t)))
}

func flip(real []byte) []byte {
	data := bytes.Clone(real)
	for i := 0; i < len(data); i += 997 {
		data[i] ^= 0xff
	}
	return data
}

func oneNode(op string, in ...string) workertest.Graph {
	return workertest.Graph{
		Nodes:   []workertest.Node{{Op: op, In: in, Out: []string{"y"}}},
		Inputs:  []workertest.Value{{Name: "x", Shape: []int64{-1}}},
		Outputs: []workertest.Value{{Name: "y", Shape: []int64{-1}}},
	}
}

// A model may say that its weights are in another file. Without the sandbox it could read
// the machine's files that way.
func TestAModelCannotReadFiles(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t)
	for _, path := range []string{"/etc/passwd", "../etc/passwd", "etc/passwd", "/proc/self/environ"} {
		g := oneNode("Add", "x", "c")
		g.External = map[string]string{"c": path}
		if _, err := add(t.Context(), pool, model("a", g.Write(t)), 1); kindOf(err) != modelworker.Refused {
			t.Errorf("weights from %s: %v", path, err)
		}
	}
}

func TestMemoryIsCapped(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers, c.Memory = 1, 512<<20 })
	g := workertest.Graph{
		Nodes: []workertest.Node{
			{Op: "ConstantOfShape", In: []string{"n"}, Out: []string{"zeros"}},
			{Op: "ReduceSum", In: []string{"zeros"}, Out: []string{"y"}},
		},
		Inputs:  []workertest.Value{{Name: "n", Int64: true, Shape: []int64{1}}},
		Outputs: []workertest.Value{{Name: "y", Shape: []int64{-1}}},
	}
	hungry := model("a", g.Write(t))
	eat := func(n uint64) error {
		in := modelworker.Input{Type: modelworker.Int64, Shape: []int64{1}, Fill: func(data []byte) error {
			for i := range 8 {
				data[i] = byte(n >> (8 * i))
			}
			return nil
		}}
		return pool.Infer(t.Context(), hungry, []modelworker.Input{in}, nothing)
	}
	if err := eat(1 << 20); err != nil {
		t.Fatalf("4 MiB: %v", err)
	}
	for _, n := range []uint64{1 << 28, 1 << 40, math.MaxInt64 / 8} { // 1 GiB and beyond
		if err := eat(n); kindOf(err) != modelworker.TooLarge && kindOf(err) != modelworker.Refused {
			t.Errorf("%d floats: %v", n, err)
		}
	}
	wantDouble(t, pool, model("a", double(t)))
}

func TestInputsAndOutputsBeyondTheArenaAreRefused(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Arena = 1 << 20 })
	m := model("a", double(t))
	err := pool.Infer(t.Context(), m, []modelworker.Input{floats([]int64{1 << 20})}, nothing)
	if kindOf(err) != modelworker.TooLarge {
		t.Errorf("an input of 4 MiB: %v", err)
	}
	for range 2 {
		err = pool.Infer(t.Context(), m, []modelworker.Input{floats([]int64{200_000})}, nothing)
		if kindOf(err) != modelworker.TooLarge {
			t.Errorf("an output that no longer fits: %v", err)
		}
	}
	wantDouble(t, pool, m)
}

func TestWrongInputsAreRefused(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t)
	m := model("a", double(t))
	named := floats([]int64{1}, 1)
	named.Name = "z"
	for name, inputs := range map[string][]modelworker.Input{
		"none":        {},
		"two":         {floats([]int64{1}), floats([]int64{1})},
		"wrong rank":  {floats([]int64{1, 1, 1})},
		"wrong name":  {named},
		"wrong type":  {{Type: modelworker.Int64, Shape: []int64{1}, Fill: func([]byte) error { return nil }}},
		"no elements": {floats([]int64{0})},
	} {
		if err := pool.Infer(t.Context(), m, inputs, nothing); kindOf(err) != modelworker.Refused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := pool.Workers(); n != 1 {
		t.Errorf("%d workers run, want the same 1", n)
	}
}

// The worker itself stops a run that is cancelled between two operators, and stays alive.
func TestCancellingStopsTheWork(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	m := model("a", multiply(t, 900))
	small := []modelworker.Input{floats([]int64{8, 8})}
	if err := pool.Infer(t.Context(), m, small, nothing); err != nil {
		t.Fatal(err)
	}
	before := pool.PIDs()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := pool.Infer(ctx, m, []modelworker.Input{floats([]int64{512, 512})}, nothing)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a cancelled run: %v after %v", err, time.Since(start))
	}
	if err := pool.Infer(t.Context(), m, small, nothing); err != nil {
		t.Fatal(err)
	}
	if after := pool.PIDs(); !slices.Equal(before, after) {
		t.Errorf("workers before: %v, after: %v", before, after)
	}
}

// A worker that does not react is killed.
func TestAStubbornModelIsKilled(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	m := model("a", multiply(t, 1))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	side := int64(4096) // one product takes seconds
	in := floats([]int64{side, side})
	fill := in.Fill
	in.Fill = func(data []byte) error {
		time.AfterFunc(100*time.Millisecond, cancel)
		return fill(data)
	}
	start := time.Now()
	err := pool.Infer(ctx, m, []modelworker.Input{in}, nothing)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a killed run: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v to kill", took)
	}
	wantDouble(t, pool, model("a", double(t)))
}

func TestTheLimitOfARunIsTheModelsFault(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.RunLimit = 100 * time.Millisecond })
	err := pool.Infer(t.Context(), model("a", multiply(t, 900)), []modelworker.Input{floats([]int64{1024, 1024})}, nothing)
	if kindOf(err) != modelworker.TimedOut {
		t.Errorf("a run beyond the limit: %v", err)
	}
}

// Killed from outside, like by the kernel when memory runs out.
func TestAWorkerThatIsKilledFailsItsRunOnly(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 2 })
	victim := model("victim-"+t.Name(), multiply(t, 900))
	done := make(chan error)
	go func() {
		done <- pool.Infer(t.Context(), victim, []modelworker.Input{floats([]int64{1024, 1024})}, nothing)
	}()
	var pid int
	until(t, func() bool {
		for _, p := range pool.PIDs() {
			if running(p) {
				pid = p
			}
		}
		return pid != 0
	})
	other := model("b", double(t))
	wantDouble(t, pool, other)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-done; kindOf(err) != modelworker.Crashed || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the victim's run: %v", err)
	}
	wantDouble(t, pool, other)
	if err := pool.Infer(t.Context(), victim, []modelworker.Input{floats([]int64{2, 2})}, nothing); err != nil {
		t.Errorf("the victim's next run: %v", err)
	}
}

// A worker that died while idle costs no request.
func TestAnIdleWorkerThatIsKilledIsReplaced(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	m := model("a", double(t))
	for range 5 {
		wantDouble(t, pool, m)
		for _, pid := range pool.PIDs() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		until(t, func() bool { return pool.Workers() == 0 })
	}
	wantDouble(t, pool, m)
}

// The production worker is inside the sandbox that package sandbox tests.
func TestTheWorkerIsSealed(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t)
	wantDouble(t, pool, model("a", double(t)))
	for _, pid := range pool.PIDs() {
		status := read(t, pid, "status")
		for _, line := range []string{"Seccomp:\t2", "NoNewPrivs:\t1"} {
			if !strings.Contains(status, line+"\n") {
				t.Errorf("the worker's status lacks %q", line)
			}
		}
		limits := strings.Join(strings.Fields(read(t, pid, "limits")), " ")
		for _, limit := range []string{"Max data size 2147483648 2147483648", "Max core file size 0 0", "Max open files 64 64"} {
			if !strings.Contains(limits, limit) {
				t.Errorf("the worker's limits lack %q", limit)
			}
		}
		if environ := read(t, pid, "environ"); environ != "" {
			t.Errorf("the worker's environment is %q", environ)
		}
	}
}

func read(t *testing.T, pid int, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// running reports whether a process used the processor for 200 ms: its model runs.
func running(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	fields := strings.Fields(string(data))
	user, err := strconv.Atoi(fields[13])
	return err == nil && user >= 20
}
