package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/unpack"

const (
	// maxPacked bounds how much of a packed answer is kept to be opened, in bytes.
	maxPacked = 4 << 20
	// headLength is how much of an answer tells whether it is packed, in bytes.
	headLength = 64
)

// packed keeps an answer that is packed without saying so.
type packed struct {
	head   []byte
	known  bool
	packed bool
}

func (p *packed) feed(b []byte) {
	if p.known && !p.packed {
		return
	}
	p.head = append(p.head, b[:min(len(b), maxPacked-len(p.head))]...)
	if !p.known && len(p.head) >= headLength {
		p.decide()
	}
}

// decide looks at the same beginning however the answer is cut.
func (p *packed) decide() {
	p.known, p.packed = true, unpack.IsPacked(p.head[:min(len(p.head), headLength)])
	if !p.packed {
		p.head = nil
	}
}

// held is where the answer begins, while it is kept.
func (p *packed) held(end int64) int64 {
	if p.packed && len(p.head) < maxPacked || !p.known && unpack.MayBePacked(p.head) {
		return 0
	}
	return end
}

func (p *packed) end(in *inspection) {
	if !p.known && len(p.head) > 0 {
		p.decide()
	}
	if p.packed {
		in.budget.Read += int64(len(p.head))
		unpack.Open(unpack.Run{Kind: unpack.Packed, Text: p.head}, &in.budget, func(content []byte, binary bool) { in.nested(content, binary, 1) })
	}
}
