package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/unpack"

// maxPacked bounds how much of a packed answer is kept to be opened, in bytes.
const maxPacked = 4 << 20

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
	if !p.known && len(p.head) >= 8 {
		p.known, p.packed = true, unpack.IsPacked(p.head)
		if !p.packed {
			p.head = nil
		}
	}
}

// held is where the answer begins, while it is kept.
func (p *packed) held(end int64) int64 {
	if p.packed && len(p.head) < maxPacked {
		return 0
	}
	return end
}

func (p *packed) end(in *inspection) {
	if p.packed {
		in.budget.Read += int64(len(p.head))
		unpack.Open(unpack.Run{Kind: unpack.Packed, Text: p.head}, &in.budget, func(content []byte, binary bool) { in.nested(content, binary, 1) })
	}
}
