package modelworker_test

import (
	"context"
	"errors"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

func model(tenant, path string) modelworker.Model {
	return modelworker.Model{Key: path, Tenant: tenant, Client: fair.Client{Tenant: tenant}, Open: workertest.Open(path)}
}

// double is the model y = x + x.
func double(tb testing.TB) string {
	tb.Helper()
	return workertest.Graph{
		Nodes:   []workertest.Node{{Op: "Add", In: []string{"x", "x"}, Out: []string{"y"}}},
		Inputs:  []workertest.Value{{Name: "x", Shape: []int64{-1}}},
		Outputs: []workertest.Value{{Name: "y", Shape: []int64{-1}}},
	}.Write(tb)
}

// multiply is a model that squares a matrix, steps times in sequence.
func multiply(tb testing.TB, steps int) string {
	tb.Helper()
	g := workertest.Graph{
		Inputs:  []workertest.Value{{Name: name(0), Shape: []int64{-1, -1}}},
		Outputs: []workertest.Value{{Name: name(steps), Shape: []int64{-1, -1}}},
	}
	for i := range steps {
		g.Nodes = append(g.Nodes, workertest.Node{Op: "MatMul", In: []string{name(i), name(0)}, Out: []string{name(i + 1)}})
	}
	return g.Write(tb)
}

func name(i int) string {
	return "v" + string(rune('0'+i/100%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
}

func floats(shape []int64, values ...float32) modelworker.Input {
	return modelworker.FillFloat32(shape, func(data []float32) error {
		for i := range data {
			data[i] = 0
		}
		copy(data, values)
		return nil
	})
}

// add runs a model of double on one number.
func add(ctx context.Context, pool *modelworker.Pool, m modelworker.Model, x float32) (float32, error) {
	var y float32
	err := pool.Infer(ctx, m, []modelworker.Input{floats([]int64{1}, x)}, func(out []modelworker.Output) error {
		y = out[0].Float32()[0]
		return nil
	})
	return y, err
}

func wantDouble(t *testing.T, pool *modelworker.Pool, m modelworker.Model) {
	t.Helper()
	if y, err := add(t.Context(), pool, m, 21); err != nil || y != 42 {
		t.Fatalf("21 + 21 = %v, %v", y, err)
	}
}

func kindOf(err error) modelworker.Kind {
	var f *modelworker.Failure
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}
