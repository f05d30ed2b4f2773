//go:build cgo

package main

import (
	"fmt"
	"unsafe"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

var elementTypes = map[wire.Element]ort.TensorElementDataType{
	wire.Float32: ort.TensorElementDataTypeFloat,
	wire.Float64: ort.TensorElementDataTypeDouble,
	wire.Float16: ort.TensorElementDataTypeFloat16,
	wire.Int64:   ort.TensorElementDataTypeInt64,
	wire.Int32:   ort.TensorElementDataTypeInt32,
	wire.Int8:    ort.TensorElementDataTypeInt8,
	wire.Uint8:   ort.TensorElementDataTypeUint8,
	wire.Bool:    ort.TensorElementDataTypeBool,
}

// elementOf keeps the runtime's name of an unsupported type, so that readers of the
// signature see why the model cannot be used.
func elementOf(info ort.InputOutputInfo) wire.Element {
	for element, kind := range elementTypes {
		if info.OrtValueType == ort.ONNXTypeTensor && kind == info.DataType {
			return element
		}
	}
	return wire.Element(info.OrtValueType.String() + " " + info.DataType.String())
}

// tensor makes a tensor over the shared memory without a copy.
func (w *worker) tensor(t wire.Tensor) (ort.Value, error) {
	data, err := t.Within(w.arena)
	if err != nil {
		return nil, err
	}
	value, err := ort.NewCustomDataTensor(ort.NewShape(t.Shape...), data, elementTypes[t.Type])
	if err != nil {
		return nil, err
	}
	return value, nil
}

func destroy(values []ort.Value) {
	for _, v := range values {
		if v != nil {
			_ = v.Destroy()
		}
	}
}

// contents returns the data of an output as bytes.
func contents(value ort.Value) (wire.Element, []byte, error) {
	switch t := value.(type) {
	case *ort.Tensor[float32]:
		return wire.Float32, raw(t.GetData()), nil
	case *ort.Tensor[float64]:
		return wire.Float64, raw(t.GetData()), nil
	case *ort.Tensor[int64]:
		return wire.Int64, raw(t.GetData()), nil
	case *ort.Tensor[int32]:
		return wire.Int32, raw(t.GetData()), nil
	case *ort.Tensor[int8]:
		return wire.Int8, raw(t.GetData()), nil
	case *ort.Tensor[uint8]:
		return wire.Uint8, t.GetData(), nil
	case *ort.Tensor[bool]:
		return wire.Bool, raw(t.GetData()), nil
	}
	return "", nil, fmt.Errorf("type %T is not supported", value)
}

func raw[T any](data []T) []byte {
	if len(data) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), len(data)*int(unsafe.Sizeof(data[0])))
}
