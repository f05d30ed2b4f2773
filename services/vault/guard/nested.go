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
