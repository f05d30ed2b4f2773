package registry_test

import (
	"archive/zip"
	"bytes"
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// identityModel is the smallest real ONNX model: y = Identity(x), x float[1,4],
// written in the wire format of onnx.proto (IR version 8, opset 13).
func identityModel() []byte {
	value := func(name string) []byte {
		dim := func(n uint64) []byte { return field(1, num(1, n)) }    // TensorShapeProto.dim { dim_value }
		shape := slices.Concat(dim(1), dim(4))                         // 1 x 4
		tensor := slices.Concat(num(1, 1), field(2, shape))            // elem_type FLOAT, shape
		return slices.Concat(str(1, name), field(2, field(1, tensor))) // ValueInfoProto
	}
	node := slices.Concat(str(1, "x"), str(2, "y"), str(4, "Identity"))
	graph := slices.Concat(field(1, node), str(2, "g"), field(11, value("x")), field(12, value("y")))
	return slices.Concat(num(1, 8), field(7, graph), field(8, num(2, 13)))
}

func field(n protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), content)
}

func str(n protowire.Number, s string) []byte { return field(n, []byte(s)) }

func num(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
