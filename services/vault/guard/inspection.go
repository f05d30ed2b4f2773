package guard

import (
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/unpack"
)

// inspection collects the pieces in all texts of one answer.
type inspection struct {
	set     *Set
	options Options
	// seen is how many bytes of the answer were searched.
	seen int64
	// fresh are the pieces that are not settled yet. shown has, for each symbol of each
	// body, the strongest finding so far.
	fresh []Piece
	shown [][]finding
	stop  bool
	// crowded means that the answer has more texts than can be told apart.
	crowded bool
	budget  unpack.Budget
	// whole searches one complete text that another contains, after a number of decodings.
	whole func(content []byte, depth int)
}

// take judges a piece. It keeps pieces that stop the answer, and others that show
// something new.
func (in *inspection) take(p lane.Piece, final, decoded bool) {
	if in.over() || p.Symbols == 0 {
		return
	}
	r := in.set.rules[p.Secret]
	if !final {
		if r.stops(p) {
			in.add(p, stopping)
		}
		return
	}
	f := r.judge(p, decoded || in.seen > farBytes)
	if f == stopping || f != chance && in.novel(p, f) {
		in.add(p, f)
	}
}

func (in *inspection) add(p lane.Piece, f finding) {
	in.stop = in.stop || f == stopping
	piece := Piece{Secret: p.Secret, From: p.From, To: p.To, Bits: p.Bits, Plain: p.Plain, Weak: f == weak, Stops: f == stopping}
	if f == partly {
		first, rest := piece.split(hexFirst)
		in.fresh, piece = append(in.fresh, first), rest
	}
	in.fresh = append(in.fresh, piece)
}

// novel records what a piece shows, and reports whether some of it is new or stronger.
func (in *inspection) novel(p lane.Piece, f finding) bool {
	if in.shown == nil {
		in.shown = make([][]finding, len(in.set.rules))
	}
	if in.shown[p.Secret] == nil {
		in.shown[p.Secret] = make([]finding, in.set.rules[p.Secret].symbols)
	}
	fresh := false
	for i := p.From; i < p.To; i++ {
		fresh = fresh || in.shown[p.Secret][i] < f
		in.shown[p.Secret][i] = max(in.shown[p.Secret][i], f)
	}
	return fresh
}

// over reports that the answer is withheld, so that the rest is not searched.
func (in *inspection) over() bool { return in.stop || in.crowded }

// settle judges the pieces since the last call. It returns nil, ErrReflected or ErrCrowded.
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
