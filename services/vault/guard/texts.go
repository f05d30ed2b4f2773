package guard

import (
	"container/list"

	"github.com/keyhole-dev/keyhole/services/vault/guard/container"
)

const (
	// maxTexts bounds the texts of one answer that are open at a time. Beyond it, the least
	// recently fed text ends.
	maxTexts = 256
	// maxEnded bounds the remembered places of ended texts. An answer with more is withheld.
	maxEnded = 1 << 18
)

// texts has the texts of one answer by place.
type texts struct {
	in    *inspection
	byKey map[uint64]*placed
	// byUse lists them, most recently fed first.
	byUse list.List
	// leads has the beginnings of strings that are not searched yet, from an offset of the answer.
	// lead is how much of the current string is in it or was before.
	leads   []byte
	leadsAt int64
	lead    int
	// ended has the places whose text ended to make room.
	ended map[uint64]struct{}
	// depths are the decoded texts, by the number of decodings.
	depths [maxDepth + 1]*text
}

type placed struct {
	*text
	place uint64
	used  *list.Element
	// choice is the first choice of the place; forked means that there are others.
	choice uint64
	forked bool
}

// feed reads a part of the text of a place. If there are several choices, it also feeds the text
// of the choice.
func (t *texts) feed(part container.Part) {
	p := t.at(part.Place)
	if p == nil {
		return
	}
	t.join(part)
	switch {
	case p.choice == 0:
		p.choice = part.Choice
	case p.choice != part.Choice && !p.forked:
		p.forked = true
		if first := t.choice(p, p.choice); first != nil {
			first.text.feed(p.recent, part.Offset)
		}
	}
	p.text.feed(part.Bytes, part.Offset)
	if part.Last {
		p.text.stringEnd()
	}
	if !p.forked {
		return
	}
	if c := t.choice(p, part.Choice); c != nil {
		c.text.feed(part.Bytes, part.Offset)
		if part.Last {
			c.text.stringEnd()
		}
	}
}

// leadBytes is how much of each string is joined with the others, in bytes. A piece of a body
// that is longer stops an answer alone.
const leadBytes = 11

// join adds the beginning of a string to the text of all strings, without names: a key may be
// cut into short fields.
func (t *texts) join(part container.Part) {
	if part.Place <= container.PlaceOutside || part.Name {
		return
	}
	if n := min(len(part.Bytes), leadBytes-t.lead); n > 0 {
		if len(t.leads) == 0 {
			t.leadsAt = part.Offset
		}
		t.leads = append(t.leads, part.Bytes[:n]...)
		t.lead += n
	}
	if part.Last {
		t.lead = 0
	}
}

// searchLeads searches the beginnings of strings so far.
func (t *texts) searchLeads() {
	if len(t.leads) > 0 {
		t.at(container.PlaceFields).text.feed(t.leads, t.leadsAt)
		t.leads = t.leads[:0]
	}
}

// choice returns the text of a choice of a place, or nil if it is the place's own.
func (t *texts) choice(p *placed, choice uint64) *placed {
	if choice == p.place {
		return nil
	}
	return t.at(choice)
}

// at returns the text of a place. It returns nil for a place that ended: the answer has more
// alternating texts than are distinguished, and is withheld.
func (t *texts) at(place uint64) *placed {
	p := t.byKey[place]
	if p == nil {
		if _, again := t.ended[place]; again || len(t.ended) >= maxEnded {
			t.in.crowded = true
			return nil
		}
		return t.begin(place)
	}
	t.byUse.MoveToFront(p.used)
	return p
}

// begin creates the text of a place. If there are too many, it replaces the oldest.
func (t *texts) begin(place uint64) *placed {
	if t.byKey == nil {
		t.byKey, t.ended = map[uint64]*placed{}, map[uint64]struct{}{}
	}
	p := t.oldest()
	if undecoded := place == container.PlaceWire || place == container.PlaceFields; p == nil || undecoded {
		p = &placed{text: newText(t.in, 0, !undecoded)}
	} else {
		t.finish(p)
		p.text.reset()
		t.ended[p.place] = struct{}{}
	}
	*p = placed{text: p.text, place: place}
	p.bare = place == container.PlaceOutside
	p.used = t.byUse.PushFront(p)
	t.byKey[place] = p
	return p
}

// oldest is the text to end, or nil if there is room.
func (t *texts) oldest() *placed {
	if len(t.byKey) < maxTexts {
		return nil
	}
	for e := t.byUse.Back(); e != nil; e = e.Prev() {
		if p := e.Value.(*placed); p.place > container.PlaceOutside { // not a text of the whole answer
			return p
		}
	}
	return nil
}

// finish ends a text.
func (t *texts) finish(p *placed) {
	p.text.end()
	delete(t.byKey, p.place)
	t.byUse.Remove(p.used)
}

// end ends all texts, the oldest first, so that the order is deterministic.
func (t *texts) end() {
	t.searchLeads()
	for e := t.byUse.Back(); e != nil; e = t.byUse.Back() {
		t.finish(e.Value.(*placed))
	}
}

// held is the offset from which on a text may begin a match, or end.
func (t *texts) held(end int64) int64 {
	for _, p := range t.byKey {
		if at, ok := p.text.held(); ok {
			end = min(end, at)
		}
	}
	return end
}

// whole searches one complete text that another contains.
func (t *texts) whole(content []byte, depth int) {
	inner := t.depths[depth]
	if inner == nil {
		inner = newText(t.in, depth, depth < maxDepth)
		t.depths[depth] = inner
	}
	inner.reset()
	inner.feed(content, 0)
	inner.end()
}
