package letters

import (
	_ "embed"

	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

//go:generate go run gen.go ../../../../

// table is the cost of each symbol after each two, in sixteenths of a bit.
//
//go:embed table.bin
var table string

const (
	n = view.Symbols
	// unit is one bit in the table.
	unit = 16
	// first is the cost of a symbol that has fewer than two before it, in bits.
	first = 5.17
)

// Cost returns the information in each symbol of a text, in bits.
func Cost(symbols []byte) []float32 {
	out := make([]float32, len(symbols))
	for i, c := range symbols {
		if i < 2 {
			out[i] = first
			continue
		}
		out[i] = float32(table[(int(symbols[i-2])*n+int(symbols[i-1]))*n+int(c)]) / unit
	}
	return out
}
