//go:build cgo

package main

import (
	"os"
	"testing"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

// BenchmarkRun compares a model in a worker with the same runtime and threads in this
// process. The difference is the cost of the second process.
func BenchmarkRun(b *testing.B) {
	path := workertest.Fetched(b, ".tools/testdata/yolov8n.onnx")
	shape := []int64{1, 3, 640, 640}
	b.Run("in_process", func(b *testing.B) {
		ort.SetSharedLibraryPath(workertest.Fetched(b, "bin/libonnxruntime.so"))
		if err := ort.InitializeEnvironment(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = ort.DestroyEnvironment() })
		file, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		s, err := open(file, 1)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = s.run.Destroy() }()
		in, err := ort.NewEmptyTensor[float32](shape)
		if err != nil {
			b.Fatal(err)
		}
		out, err := ort.NewEmptyTensor[float32]([]int64{1, 84, 8400})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := s.run.Run([]ort.Value{in}, []ort.Value{out}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("worker", func(b *testing.B) {
		pool := workertest.Pool(b)
		model := modelworker.Model{Key: path, Open: workertest.Open(path)}
		in := modelworker.FillFloat32(shape, func([]float32) error { return nil })
		run := func() error {
			return pool.Infer(b.Context(), model, []modelworker.Input{in}, func([]modelworker.Output) error { return nil })
		}
		if err := run(); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
