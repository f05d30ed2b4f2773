package guard

import (
	"bytes"
	"encoding/hex"
)

// maxDepth bounds nested decodings.
const maxDepth = 3

// nested searches the content of a run.
func (in *inspection) nested(content []byte, binary bool, depth int) {
	if in.over() {
		return
	}
	if binary {
		if in.set.octets {
			in.whole([]byte(hex.EncodeToString(content)), maxDepth)
		}
		return
	}
	if zeros := bytes.Count(content, []byte{0}); zeros*3 >= len(content) { // UTF-16 of letters
		content = bytes.ReplaceAll(content, []byte{0}, nil)
	}
	in.whole(content, min(depth, maxDepth))
}

// whole searches one complete text.
func (in *inspection) whole(content []byte, depth int) {
	t := in.depths[depth]
	if t == nil {
		t = newText(in, depth, depth < maxDepth)
		in.depths[depth] = t
	}
	t.reset()
	t.feed(content, 0)
	t.end()
}
