package document

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Edit replaces the bytes of one value.
type Edit struct {
	Start, End int
	With       []byte
}

// ReplaceText returns the edit that replaces n by a string.
func ReplaceText(n *Node, text string) Edit {
	return Edit{Start: n.Start, End: n.End, With: Quote(text)}
}

// Quote writes a string as JSON.
func Quote(text string) []byte {
	out, err := Marshal(text)
	if err != nil {
		panic(fmt.Sprintf("document: a string cannot fail to encode: %v", err))
	}
	return out
}

// Marshal is json.Marshal without the escapes for HTML, which make "<" and ">" unreadable.
func Marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// Apply applies the edits and keeps every other byte. It refuses edits that overlap or lie
// outside of the source.
func Apply(source []byte, edits []Edit) ([]byte, error) {
	ordered := slices.Clone(edits)
	slices.SortFunc(ordered, func(a, b Edit) int { return cmp.Compare(a.Start, b.Start) })
	var out []byte
	at := 0
	for _, e := range ordered {
		if e.Start < at || e.End < e.Start || e.End > len(source) {
			return nil, errors.New("edits overlap or lie outside the document")
		}
		out = append(append(out, source[at:e.Start]...), e.With...)
		at = e.End
	}
	return append(out, source[at:]...), nil
}
