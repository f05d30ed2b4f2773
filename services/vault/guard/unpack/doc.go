// Package unpack decodes encodings in letters and digits: base64 and similar ones, hexadecimal,
// lists of numbers, and the archives inside them.
//
// A Collector splits a text into runs that may encode something. Open decodes a run. Both are
// bounded: a Budget limits the cost of an answer, and beyond it runs are not opened.
package unpack

const (
	// maxTries bounds the trials of formats without a mark in one answer.
	maxTries = 256
	// growth and leastOutput bound the decoded output of an answer: bytes per byte of it, and
	// bytes.
	growth      = 4
	leastOutput = 1 << 20
	// leastShare is the least output of an archive, in bytes, for maxPoor archives.
	leastShare = 4 << 10
	maxPoor    = 1024
)

// Budget is the permitted cost of decoding in one answer.
type Budget struct {
	// Octets means that content which is not text is searched too.
	Octets bool
	// Read is the number of searched bytes of the answer.
	Read  int64
	tries int
	made  int64
	poor  int
	// behind counts archives behind other bytes.
	behind int
	// head has the decoded end of a run while it is judged.
	head [40]byte
}

func (b *Budget) try() bool {
	b.tries++
	return b.tries <= maxTries
}

// left is the number of bytes that may still be produced.
func (b *Budget) left() int64 { return max(leastOutput, growth*b.Read) - b.made }

// share is the output limit of the next archive: a part of what is left, so that one large archive
// leaves enough for others.
func (b *Budget) share() int64 {
	if left := b.left() / 4; left > leastShare {
		return left
	}
	b.poor++
	if b.poor > maxPoor {
		return 0
	}
	return leastShare
}

func (b *Budget) spend(n int) { b.made += int64(n) }
