package modelworker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

func TestInferOnInputsOfChangingShapes(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t)
	m := model("a", double(t))
	for round := range 3 { // in the second round the shapes of the outputs are known
		for n := int64(1); n <= 5; n++ {
			err := pool.Infer(t.Context(), m, []modelworker.Input{floats([]int64{n}, 1, 2, 3, 4, 5)}, func(out []modelworker.Output) error {
				if len(out) != 1 || out[0].Name != "y" || len(out[0].Float32()) != int(n) {
					return fmt.Errorf("outputs %+v", out)
				}
				if got := out[0].Float32()[n-1]; got != float32(2*n) {
					return fmt.Errorf("got %v, want %v", got, 2*n)
				}
				return nil
			})
			if err != nil {
				t.Fatalf("round %d, %d elements: %v", round, n, err)
			}
		}
	}
	if n := pool.Workers(); n != 1 {
		t.Errorf("%d workers run, want 1", n)
	}
}

func TestInspectTellsWhatAModelDeclares(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t)
	signature, err := pool.Inspect(t.Context(), fair.Client{}, workertest.Open(workertest.Fetched(t, ".tools/testdata/yolov8n.onnx")))
	if err != nil {
		t.Fatal(err)
	}
	in, out := signature.Inputs[0], signature.Outputs[0]
	if in.Name != "images" || in.Type != modelworker.Float32 || fmt.Sprint(in.Shape) != "[1 3 640 640]" {
		t.Errorf("input %+v", in)
	}
	if out.Name != "output0" || fmt.Sprint(out.Shape) != "[1 84 8400]" {
		t.Errorf("output %+v", out)
	}
	if signature.Metadata["stride"] != "32" {
		t.Errorf("metadata %v", signature.Metadata)
	}
}

// A model that is described and then run is loaded by one worker, once.
func TestADescribedModelIsOpenForItsRuns(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 2 })
	path := workertest.Fetched(t, ".tools/testdata/yolov8n.onnx")
	opened := 0
	m := model("a", path)
	m.Open = func() (*os.File, error) { opened++; return os.Open(path) }
	signature, err := pool.Describe(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(signature.Inputs[0].Shape, signature.Outputs[0].Shape) != "[1 3 640 640] [1 84 8400]" || signature.Metadata["stride"] != "32" {
		t.Errorf("described as %+v", signature)
	}
	in := modelworker.FillFloat32(signature.Inputs[0].Shape, func([]float32) error { return nil })
	for range 2 {
		err := pool.Infer(t.Context(), m, []modelworker.Input{in}, func(out []modelworker.Output) error {
			if fmt.Sprint(out[0].Shape) != "[1 84 8400]" {
				t.Errorf("an output of shape %v", out[0].Shape)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if opened != 1 || pool.Workers() != 1 {
		t.Errorf("given %d times, to %d workers", opened, pool.Workers())
	}
	if _, err := pool.Describe(t.Context(), model("a", workertest.WriteFile(t, []byte("not a model")))); err == nil {
		t.Error("what is no model was described")
	}
}

func TestCallsRunSideBySideWithinTheBound(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 2 })
	m := model("a", double(t))
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if y, err := add(t.Context(), pool, m, float32(i)); err != nil || y != float32(2*i) {
				t.Errorf("%d + %d = %v, %v", i, i, y, err)
			}
		})
	}
	wg.Wait()
	if n := pool.Workers(); n > 2 {
		t.Errorf("%d workers run, want at most 2", n)
	}
}

// Two tenants on one place: the worker is replaced, never shared.
func TestTenantsDoNotShareAWorker(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	path := double(t)
	opened := map[string]int{}
	for range 2 {
		for _, tenant := range []string{"a", "b"} {
			m := model(tenant, path)
			m.Open = func() (*os.File, error) { opened[tenant]++; return os.Open(path) }
			wantDouble(t, pool, m)
			wantDouble(t, pool, m)
		}
	}
	// Each change of tenant loads the model again: nothing of the other tenant was left.
	if opened["a"] != 2 || opened["b"] != 2 {
		t.Errorf("models were opened %v, want twice for each tenant", opened)
	}
}

func TestStrangersGetTheirTurn(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	path := double(t)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var busy sync.WaitGroup
	served := make(chan struct{})
	for range 4 {
		busy.Go(func() {
			for {
				select {
				case <-served:
					return
				default:
				}
				if _, err := add(ctx, pool, model("a", path), 1); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wantDouble(t, pool, model("b", path))
	close(served)
	busy.Wait()
}

func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers, c.Sessions = 1, 2 })
	opened := 0
	var models []modelworker.Model
	for range 3 {
		m := model("a", double(t))
		open := m.Open
		m.Open = func() (*os.File, error) { opened++; return open() }
		models = append(models, m)
	}
	for range 2 {
		for _, m := range models {
			wantDouble(t, pool, m)
		}
	}
	if opened != 6 { // three models in turn with a cache of two: none stays
		t.Errorf("models were opened %d times, want 6", opened)
	}
}

func TestAnIdleWorkerEnds(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Idle = 20 * time.Millisecond })
	wantDouble(t, pool, model("a", double(t)))
	until(t, func() bool { return pool.Workers() == 0 })
	wantDouble(t, pool, model("a", double(t)))
}

func TestACallInTheQueueCanBeCancelled(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	m := model("a", double(t))
	held, let := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- pool.Infer(t.Context(), m, []modelworker.Input{floats([]int64{1}, 1)}, func([]modelworker.Output) error {
			close(held)
			<-let
			return nil
		})
	}()
	<-held
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := add(ctx, pool, m, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call that waits in vain: %v", err)
	}
	close(let)
	if err := <-done; err != nil {
		t.Error(err)
	}
	wantDouble(t, pool, m)
}

func TestCloseEndsWhatGoesOn(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	started := make(chan struct{})
	m := model("a", multiply(t, 400))
	open := m.Open
	m.Open = func() (*os.File, error) { close(started); return open() }
	done := make(chan error)
	go func() {
		done <- pool.Infer(t.Context(), m, []modelworker.Input{floats([]int64{1024, 1024})}, nothing)
	}()
	<-started
	pool.Close()
	if err := <-done; kindOf(err) != modelworker.Unavailable {
		t.Errorf("a call when the pool is closed: %v", err)
	}
	if _, err := add(t.Context(), pool, m, 1); kindOf(err) != modelworker.Unavailable {
		t.Errorf("a call after the pool was closed: %v", err)
	}
}

func TestAPanicInACallbackLosesNoPlace(t *testing.T) {
	t.Parallel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 1 })
	m := model("a", double(t))
	func() {
		defer func() { _ = recover() }()
		_ = pool.Infer(t.Context(), m, []modelworker.Input{floats([]int64{1}, 1)}, func([]modelworker.Output) error { panic("decoder") })
	}()
	wantDouble(t, pool, m)
}

func TestWithoutAWorkerTheErrorSaysSo(t *testing.T) {
	t.Parallel()
	missing := workertest.Pool(t, func(c *modelworker.Config) { c.Worker = "/nowhere/keyhole-model-worker" })
	if _, err := add(t.Context(), missing, model("a", double(t)), 1); kindOf(err) != modelworker.Unavailable {
		t.Errorf("without the program: %v", err)
	}
	broken := workertest.Pool(t, func(c *modelworker.Config) { c.Library = "/nowhere/libonnxruntime.so" })
	if _, err := add(t.Context(), broken, model("a", double(t)), 1); kindOf(err) != modelworker.Unavailable {
		t.Errorf("without the library: %v", err)
	}
}

func nothing([]modelworker.Output) error { return nil }

// until waits for an effect of another process.
func until(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(20 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatal("it did not happen in 20 s")
		}
	}
}
