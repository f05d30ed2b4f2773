package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/unpack"

const (
	// maxPacked bounds the part of a compressed answer that is kept for decoding, in bytes.
	maxPacked = 4 << 20
	// headLength is the length of the beginning that shows compression, in bytes.
	headLength = 64
)

// packed keeps an answer that is compressed without a header that says so.
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

// decide uses the same beginning however the answer is cut.
func (p *packed) decide() {
	p.known, p.packed = true, unpack.IsPacked(p.head[:min(len(p.head), headLength)])
	if !p.packed {
		p.head = nil
	}
}

// held is 0 while the answer is kept, otherwise end.
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
