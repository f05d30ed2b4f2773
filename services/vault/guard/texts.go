package guard

import (
	"github.com/keyhole-dev/keyhole/services/vault/guard/container"
	"github.com/keyhole-dev/keyhole/services/vault/guard/unpack"
)

// maxTexts bounds how many texts of one answer are told apart at a time. When there
// are more, the one that was fed longest ago ends.
const maxTexts = 64

// texts are those of one answer, by their place.
type texts struct {
	in    *inspection
	byKey map[uint64]*placed
	// clock counts the feeds.
	clock int64
}

type placed struct {
	*text
	place uint64
	fed   int64
	// choice is the first that the place had; forked says that there were others.
	choice uint64
	forked bool
}

// feed takes a part of the text of a place, and once there is more than one choice,
// also of that choice's own text.
func (t *texts) feed(place, choice uint64, part []byte, offset int64) {
	p := t.at(place)
	switch {
	case p.choice == 0:
		p.choice = choice
	case p.choice != choice && !p.forked:
		p.forked = true
		if p.choice != place {
			t.at(p.choice).text.feed(p.recent, offset)
		}
	}
	p.text.feed(part, offset)
	if p.forked && choice != place {
		t.at(choice).text.feed(part, offset)
	}
}

// at is the text of a place.
func (t *texts) at(place uint64) *placed {
	t.clock++
	p := t.byKey[place]
	if p == nil {
		p = t.begin(place)
	}
	p.fed = t.clock
	return p
}

// begin makes the text of a place, in place of the oldest where there are too many.
func (t *texts) begin(place uint64) *placed {
	if t.byKey == nil {
		t.byKey = map[uint64]*placed{}
	}
	p := t.oldest()
	if p == nil || place == container.PlaceWire {
		p = &placed{text: newText(t.in, 0, place != container.PlaceWire)}
	} else {
		p.text.end()
		p.text.reset()
		delete(t.byKey, p.place)
	}
	*p = placed{text: p.text, place: place}
	p.bare = place == container.PlaceOutside
	t.byKey[place] = p
	return p
}

// oldest is the text to give up, or nil while there is room.
func (t *texts) oldest() *placed {
	if len(t.byKey) < maxTexts {
		return nil
	}
	var oldest *placed
	for _, p := range t.byKey {
		if p.place != container.PlaceWire && (oldest == nil || p.fed < oldest.fed) {
			oldest = p
		}
	}
	return oldest
}

// end ends all texts, the oldest first: the order must not depend on a map's.
func (t *texts) end() {
	for len(t.byKey) > 0 {
		var first *placed
		for _, p := range t.byKey {
			if first == nil || p.fed < first.fed {
				first = p
			}
		}
		first.text.end()
		delete(t.byKey, first.place)
	}
}

// held is the offset from which on some text may be the beginning of something, or end.
func (t *texts) held(end int64) int64 {
	for _, p := range t.byKey {
		if at, ok := p.text.held(); ok {
			end = min(end, at)
		}
	}
	return end
}

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
