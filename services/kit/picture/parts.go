package picture

import (
	"bytes"
	"errors"
)

// ErrMalformed is the error for a file whose structure is invalid, so that metadata cannot
// be told from pixels.
var ErrMalformed = errors.New("the structure of the picture is malformed")

// parts are the pieces of a file that are kept.
type parts struct {
	list  [][]byte
	total int
}

func (p *parts) keep(piece []byte) {
	p.list = append(p.list, piece)
	p.total += len(piece)
}

// join returns the original if nothing was removed.
func (p *parts) join(original []byte) []byte {
	if p.total == len(original) {
		return original
	}
	return bytes.Join(p.list, nil)
}

func isJPEG(b []byte) bool { return bytes.HasPrefix(b, []byte("\xff\xd8\xff")) }

const pngSignature = "\x89PNG\r\n\x1a\n"

func isPNG(b []byte) bool { return bytes.HasPrefix(b, []byte(pngSignature)) }

func isTIFF(b []byte) bool {
	return bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*"))
}

func isWebP(b []byte) bool {
	return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
}
