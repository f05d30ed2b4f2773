package guard

import (
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/unpack"
)

// inspection collects what turns up in one answer, in all of its texts.
type inspection struct {
	set     *Set
	options Options
	// fresh are pieces that were not settled yet, and shown the symbols of each body
	// that were.
	fresh []Piece
	shown [][]bool
	stop  bool
	// crowded says that the answer has more texts than can be told apart.
	crowded bool
	budget  unpack.Budget
	// depths are the texts that were decoded, by how often.
	depths [maxDepth + 1]*text
}

// take judges a piece. Of pieces that do not stop, only those that show something new
// are kept.
func (in *inspection) take(p lane.Piece, final, weak bool) {
	if in.over() || p.Symbols == 0 {
		return
	}
	r := in.set.rules[p.Secret]
	if !final {
		if r.stops(p) {
			in.add(p, true)
		}
		return
	}
	switch r.judge(p, weak) {
	case stopping:
		in.add(p, true)
	case remembered:
		if in.novel(p) {
			in.add(p, false)
		}
	}
}

func (in *inspection) add(p lane.Piece, stops bool) {
	in.stop = in.stop || stops
	in.fresh = append(in.fresh, Piece{Secret: p.Secret, From: p.From, To: p.To, Bits: p.Bits, Plain: p.Plain, Stops: stops})
}

// novel marks what a piece shows, and reports whether some of it is new.
func (in *inspection) novel(p lane.Piece) bool {
	if in.shown == nil {
		in.shown = make([][]bool, len(in.set.rules))
	}
	if in.shown[p.Secret] == nil {
		in.shown[p.Secret] = make([]bool, in.set.rules[p.Secret].symbols)
	}
	fresh := false
	for i := p.From; i < p.To; i++ {
		fresh = fresh || !in.shown[p.Secret][i]
		in.shown[p.Secret][i] = true
	}
	return fresh
}

// over says that nothing more is looked at: the answer is withheld.
func (in *inspection) over() bool { return in.stop || in.crowded }

// settle decides over what turned up since it was last asked: nil, ErrReflected, or
// ErrCrowded.
func (in *inspection) settle() error {
	pieces := in.fresh
	in.fresh = nil
	if err := in.options.settle(pieces); err != nil {
		return err
	}
	if in.crowded {
		return ErrCrowded
	}
	return nil
}
