package workertest

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// Graph is a hand-written ONNX model with opset 13. All values are float32 except those in
// Int64s.
type Graph struct {
	Nodes []Node
	// Inputs and Outputs with their shapes. A negative dimension is variable.
	Inputs, Outputs []Value
	// Floats and Int64s are constant vectors.
	Floats map[string][]float32
	Int64s map[string][]int64
	// External names a constant whose data are in the file at that path.
	External map[string]string
}

// Node is one operator.
type Node struct {
	Op      string
	In, Out []string
}

// Value is a declared input or output.
type Value struct {
	Name  string
	Int64 bool
	Shape []int64
}

// Element types of onnx.proto.
const (
	onnxFloat = 1
	onnxInt64 = 7
)

// Encode returns the model as protobuf.
func (g Graph) Encode() []byte {
	var graph []byte
	for _, n := range g.Nodes {
		graph = field(graph, 1, n.encode())
	}
	graph = field(graph, 2, []byte("made"))
	for name, data := range g.Floats {
		graph = field(graph, 5, constant(name, onnxFloat, int64(len(data)), func(b []byte) []byte {
			for _, v := range data {
				b = protowire.AppendTag(b, 4, protowire.Fixed32Type)
				b = protowire.AppendFixed32(b, math.Float32bits(v))
			}
			return b
		}))
	}
	for name, data := range g.Int64s {
		graph = field(graph, 5, constant(name, onnxInt64, int64(len(data)), func(b []byte) []byte {
			for _, v := range data {
				b = number(b, 7, uint64(v))
			}
			return b
		}))
	}
	for name, path := range g.External {
		graph = field(graph, 5, constant(name, onnxFloat, 4, func(b []byte) []byte {
			b = field(b, 13, field(field(nil, 1, []byte("location")), 2, []byte(path)))
			return number(b, 14, 1)
		}))
	}
	for _, v := range g.Inputs {
		graph = field(graph, 11, v.encode())
	}
	for _, v := range g.Outputs {
		graph = field(graph, 12, v.encode())
	}
	model := number(nil, 1, 8)
	model = field(model, 2, []byte("keyhole tests"))
	model = field(model, 7, graph)
	return field(model, 8, number(field(nil, 1, nil), 2, 13))
}

// Write writes the model to a temporary file of the test.
func (g Graph) Write(tb testing.TB) string {
	tb.Helper()
	return WriteFile(tb, g.Encode())
}

// WriteFile writes bytes to a temporary file of the test.
func WriteFile(tb testing.TB, data []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "model.onnx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func (n Node) encode() []byte {
	var b []byte
	for _, in := range n.In {
		b = field(b, 1, []byte(in))
	}
	for _, out := range n.Out {
		b = field(b, 2, []byte(out))
	}
	return field(b, 4, []byte(n.Op))
}

func (v Value) encode() []byte {
	var shape []byte
	for _, d := range v.Shape {
		if d < 0 {
			shape = field(shape, 1, field(nil, 2, []byte("n")))
			continue
		}
		shape = field(shape, 1, number(nil, 1, uint64(d)))
	}
	kind := uint64(onnxFloat)
	if v.Int64 {
		kind = onnxInt64
	}
	tensor := field(number(nil, 1, kind), 2, shape)
	return field(field(nil, 1, []byte(v.Name)), 2, field(nil, 1, tensor))
}

func constant(name string, kind uint64, n int64, data func([]byte) []byte) []byte {
	b := number(nil, 1, uint64(n))
	b = number(b, 2, kind)
	return field(data(b), 8, []byte(name))
}

func field(b []byte, n protowire.Number, body []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), body)
}

func number(b []byte, n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
}
