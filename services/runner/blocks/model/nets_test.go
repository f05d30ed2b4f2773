package model_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"testing"

	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

// packed writes a package of a model and its settings.
func packed(tb testing.TB, g workertest.Graph, files map[string]string) string {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, data []byte) {
		f, err := w.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			tb.Fatal(err)
		}
	}
	add("weights.onnx", g.Encode())
	for name, text := range files {
		add(name, []byte(text))
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return workertest.WriteFile(tb, b.Bytes())
}

// tensor is an output that a net returns whatever the picture is.
type tensor struct {
	name  string
	shape []int64
	data  []float32
}

// constant is a net for pictures of 64 by 64 pixels that returns constants.
func constant(outputs ...tensor) workertest.Graph {
	g := workertest.Graph{
		Floats: map[string][]float32{}, Int64s: map[string][]int64{},
		Inputs: []workertest.Value{{Name: "images", Shape: []int64{1, 3, 64, 64}}},
	}
	for i, o := range outputs {
		data, shape := fmt.Sprint("data", i), fmt.Sprint("shape", i)
		g.Floats[data], g.Int64s[shape] = o.data, o.shape
		g.Nodes = append(g.Nodes, workertest.Node{Op: "Reshape", In: []string{data, shape}, Out: []string{o.name}})
		g.Outputs = append(g.Outputs, workertest.Value{Name: o.name, Shape: o.shape})
	}
	return g
}

// columns are anchors whose values are stored one attribute of all anchors after another, as
// in YOLOv8. The other anchors are empty.
func columns(attributes, anchors int, rows ...[]float32) []float32 {
	data := make([]float32, attributes*anchors)
	for anchor, row := range rows {
		for k, v := range row {
			data[k*anchors+anchor] = v
		}
	}
	return data
}

// lines are rows that are filled up with zeros.
func lines(n, width int, rows ...[]float32) []float32 {
	data := make([]float32, n*width)
	for i, row := range rows {
		copy(data[i*width:], row)
	}
	return data
}

// filled are n numbers.
func filled(n int, at func(i int) float32) []float32 {
	data := make([]float32, n)
	for i := range data {
		data[i] = at(i)
	}
	return data
}
