// Package unpack decodes what a text writes in letters and digits: base64 and its
// kin, hexadecimal, lists of numbers, and what is compressed inside of them.
//
// A Collector cuts a text into runs that may stand for something. Open decodes a run.
// Both are bounded: what an answer costs is limited by its Budget, and beyond that
// its runs are not opened.
package unpack

const (
	// maxTries bounds the trials of formats that have no mark, for each answer.
	maxTries = 256
	// growth and leastOutput bound what decoding may make of an answer, in bytes for
	// each byte of it, and in bytes.
	growth      = 4
	leastOutput = 1 << 20
	// leastShare is what an archive may make in any case, in bytes, for maxPoor of them.
	leastShare = 4 << 10
	maxPoor    = 1024
)

// Budget is what decoding may cost in one answer.
type Budget struct {
	// Octets says that what is no text is wanted too.
	Octets bool
	// Read is how many bytes of the answer were looked at.
	Read  int64
	tries int
	made  int64
	poor  int
	// behind counts archives behind other bytes.
	behind int
}

func (b *Budget) try() bool {
	b.tries++
	return b.tries <= maxTries
}

// left is how many bytes may still be made.
func (b *Budget) left() int64 { return max(leastOutput, growth*b.Read) - b.made }

// share is how many bytes the next archive may make: a part of what is left, so that
// one that unpacks to very much leaves enough for those after it.
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
