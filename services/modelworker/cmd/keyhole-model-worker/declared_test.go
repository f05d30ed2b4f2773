//go:build cgo

package main

import (
	"archive/zip"
	"io"
	"os"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"
	ort "github.com/yalue/onnxruntime_go"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

// The names read from a file are those that the runtime finds. Where the file is ambiguous,
// the runtime decides.
func TestAFileTellsWhatTheRuntimeFinds(t *testing.T) {
	ort.SetSharedLibraryPath(workertest.Fetched(t, "bin/libonnxruntime.so"))
	if err := ort.InitializeEnvironment(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ort.DestroyEnvironment() })
	add := func(in, out workertest.Value) []byte {
		return workertest.Graph{
			Nodes:  []workertest.Node{{Op: "Add", In: []string{"x", "x"}, Out: []string{"y"}}},
			Inputs: []workertest.Value{in}, Outputs: []workertest.Value{out},
		}.Encode()
	}
	yolo, err := os.ReadFile(workertest.Fetched(t, ".tools/testdata/yolov8n.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	models := map[string][]byte{
		"a detector": yolo, "with weights": graph(),
		"a free batch": add(workertest.Value{Name: "x", Shape: []int64{-1, 3}}, workertest.Value{Name: "y", Shape: []int64{-1, 3}}),
		"integers":     add(workertest.Value{Name: "x", Int64: true, Shape: []int64{2, 3}}, workertest.Value{Name: "y", Int64: true, Shape: []int64{2, 3}}),
		"free sizes":   add(workertest.Value{Name: "x", Shape: []int64{2, -1}}, workertest.Value{Name: "y", Shape: []int64{2, -1}}),
	}
	for name, model := range packaged(t) {
		models[name] = model
	}
	for name, model := range models {
		inputs, outputs, err := declarations(model)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		said, ok := told(inputs, outputs)
		if want := map[string]bool{"a detector": true, "with weights": true, "a free batch": true, "integers": true, "free sizes": false}; len(path.Ext(name)) == 0 && ok != want[name] {
			t.Errorf("%s: told %v", name, ok)
		}
		if !ok {
			continue
		}
		in, out, err := ort.GetInputOutputInfoWithONNXData(model)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(&wire.Signature{Inputs: declared(in), Outputs: declared(out)}, said); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// packaged lists the models of the downloaded package.
func packaged(t *testing.T) map[string][]byte {
	t.Helper()
	archive, err := zip.OpenReader(workertest.Fetched(t, "bin/models/pp-ocr.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	models := map[string][]byte{}
	for _, f := range archive.File {
		if path.Ext(f.Name) != ".onnx" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if models[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
	}
	return models
}
