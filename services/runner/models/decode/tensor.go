package decode

import (
	"encoding/binary"
	"math"

	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// part returns the numbers of picture i of n in an output, and their shape without the
// batch. ok is false for an output of another rank or batch.
func part(out modelworker.Output, rank, i, n int) (data []float32, shape []int, ok bool) {
	_, each, shape, ok := parts(out, rank, n)
	if !ok || out.Type != modelworker.Float32 {
		return nil, nil, false
	}
	return out.Float32()[i*each : (i+1)*each], shape, true
}

// parts splits the elements of an output by picture. An output whose rank is one less has no
// batch, which is allowed for a single picture.
func parts(out modelworker.Output, rank, n int) (all, each int, shape []int, ok bool) {
	dims := out.Shape
	if len(dims) == rank-1 && n == 1 {
		dims = append([]int64{1}, dims...)
	}
	if len(dims) != rank || dims[0] != int64(n) {
		return 0, 0, nil, false
	}
	each = 1
	for _, d := range dims[1:] {
		if d < 1 {
			return 0, 0, nil, false
		}
		each *= int(d)
		shape = append(shape, int(d))
	}
	return n * each, each, shape, true
}

// numbers returns a copy of the elements of picture i as float32, whatever their type.
func numbers(out modelworker.Output, rank, i, n int) (data []float32, shape []int, ok bool) {
	all, each, shape, ok := parts(out, rank, n)
	size := map[modelworker.Element]int{modelworker.Float32: 4, modelworker.Int32: 4, modelworker.Int64: 8, modelworker.Float64: 8, modelworker.Uint8: 1}[out.Type]
	if !ok || size == 0 || len(out.Bytes()) < all*size {
		return nil, nil, false
	}
	bytes := out.Bytes()[i*each*size:]
	data = make([]float32, each)
	for k := range data {
		data[k] = number(out.Type, bytes[k*size:])
	}
	return data, shape, true
}

func number(kind modelworker.Element, b []byte) float32 {
	switch kind {
	case modelworker.Float32:
		return math.Float32frombits(binary.LittleEndian.Uint32(b))
	case modelworker.Float64:
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case modelworker.Int32:
		return float32(int32(binary.LittleEndian.Uint32(b)))
	case modelworker.Int64:
		return float32(int64(binary.LittleEndian.Uint64(b)))
	}
	return float32(b[0])
}

// classOf converts a number to a class. It returns -1 if the number is not a class.
func classOf(v float32, most int) int {
	if !(v >= 0) || v >= float32(most) {
		return -1
	}
	return int(v)
}

func sigmoid(v float32) float32 { return float32(1 / (1 + math.Exp(-float64(v)))) }

// logit is the inverse of sigmoid.
func logit(p float64) float32 { return float32(math.Log(p / (1 - p))) }

func exp(v float32) float32 { return float32(math.Exp(math.Min(float64(v), 20))) }
