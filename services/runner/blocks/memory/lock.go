package memory

import (
	"context"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// class is a class of a model.
type class struct {
	name string
	id   int64
}

// ballot has the votes of the frames for the class of one object.
type ballot struct {
	votes  map[class]int
	locked bool
	class  class
	// against counts the votes for another class since the last one for the locked class.
	against map[class]int
	seen    int64
	box     value.Box
}

// electorate has the objects of a video by the IDs of their tracks.
type electorate map[int64]*ballot

// rulesOfLock are the fields of the step.
type rulesOfLock struct {
	votes, lead, switchAfter, ttl, window int
	confidence, iou                       float64
}

// lockClass fixes the class of a tracked object once enough frames agree on it.
func lockClass(_ context.Context, call *engine.Call) (engine.Result, error) {
	d, err := argument.Tracked(call, "detections")
	if err != nil {
		return engine.None(), err
	}
	rules, err := lockRules(call)
	if err != nil {
		return engine.None(), err
	}
	at, err := video.Of(call, "image")
	if err != nil {
		return engine.None(), err
	}
	known := *video.State(call, at, func() *electorate { return &electorate{} })
	for id, b := range known {
		if at.Number-b.seen > int64(rules.ttl) || b.seen > at.Number {
			delete(known, id)
		}
	}
	return engine.One(engine.Outputs{"tracked_detections": known.vote(d, rules, at.Number)}), nil
}

func lockRules(call *engine.Call) (r rulesOfLock, err error) {
	const most = 1_000_000
	for _, field := range []struct {
		name string
		low  int
		into *int
	}{
		{"min_votes", 1, &r.votes},
		{"lead_margin", 0, &r.lead},
		{"switch_after", 1, &r.switchAfter},
		{"state_ttl", 1, &r.ttl},
		{"reattach_window", 0, &r.window},
	} {
		if *field.into, err = argument.Whole(call, field.name, field.low, most); err != nil {
			return r, err
		}
	}
	if r.confidence, err = argument.Number(call, "vote_confidence", 0, 1); err != nil {
		return r, err
	}
	r.iou, err = argument.Number(call, "reattach_iou", 0, 1)
	return r, err
}

// vote counts the rows of a frame and writes the locked classes into them.
func (e electorate) vote(d *value.Detections, rules rulesOfLock, frame int64) *value.Detections {
	names, ids, locked := make([]any, d.Len()), make([]int64, d.Len()), make([]any, d.Len())
	for i := range d.Len() {
		now := class{name: d.Class(i)}
		if i < len(d.ClassID) {
			now.id = d.ClassID[i]
		}
		names[i], ids[i], locked[i] = now.name, now.id, false
		if d.TrackerID[i] < 0 { // no track yet
			continue
		}
		b := e.of(d, i, rules, frame)
		b.seen, b.box = frame, d.XYXY[i]
		if i < len(d.Confidence) && d.Confidence[i] >= rules.confidence {
			b.count(now, rules)
		}
		if b.locked {
			names[i], ids[i], locked[i] = b.class.name, b.class.id, true
		}
	}
	out := d.With(value.ColumnClass, names).With("class_locked", locked)
	out.ClassID = ids
	return out
}

// of returns the ballot of a track. If an object with a locked class was lost nearby a short
// time ago, a new track continues that object's ballot.
func (e electorate) of(d *value.Detections, row int, rules rulesOfLock, frame int64) *ballot {
	id := d.TrackerID[row]
	if b, ok := e[id]; ok {
		return b
	}
	best, at := rules.iou, int64(-1)
	for old, b := range e {
		gone := frame - b.seen
		if !b.locked || gone == 0 || gone > int64(rules.window) || slices.Contains(d.TrackerID, old) {
			continue
		}
		// If two IDs are equally good, the smaller one wins, so that the result does not depend on the
		// order of a map.
		if overlap := b.box.IoU(d.XYXY[row]); overlap > best || overlap == best && overlap > 0 && (at < 0 || old < at) {
			best, at = overlap, old
		}
	}
	b := &ballot{votes: map[class]int{}, against: map[class]int{}}
	if at >= 0 {
		b = e[at]
		delete(e, at)
	}
	e[id] = b
	return b
}

// count takes a vote. A locked class changes after enough votes for one other class in a
// row.
func (b *ballot) count(c class, rules rulesOfLock) {
	if b.locked {
		if c == b.class {
			clear(b.against)
			return
		}
		if b.against[c]++; b.against[c] >= rules.switchAfter {
			b.class = c
			clear(b.against)
		}
		return
	}
	b.votes[c]++
	second := 0
	for other, n := range b.votes {
		if other != c {
			second = max(second, n)
		}
	}
	if b.votes[c] >= rules.votes && b.votes[c]-second >= rules.lead {
		b.locked, b.class = true, c
		clear(b.votes)
	}
}
