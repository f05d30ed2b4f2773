package guard

import "errors"

// Piece is a run of symbols of a secret's body that a text contains. It holds positions
// and no characters, but it tells where a guess was right. So it stays in the vault.
type Piece struct {
	// Secret is the index of the secret in the call of New.
	Secret int
	// From and To are positions in the normalised body, [From, To).
	From, To int
	// Bits is the information in the piece under the letter model.
	Bits float64
	// Plain means that the piece stands in undecoded text, forwards or backwards.
	Plain bool
	// Weak means that such pieces occur by chance where this one stands. It counts half.
	Weak bool
	// Stops means that the piece alone withholds the answer.
	Stops bool
}

// split returns the first n symbols of a piece, and the others as a weak piece.
func (p Piece) split(n int) (first, rest Piece) {
	first, rest = p, p
	first.To, rest.From, rest.Weak = p.From+n, p.From+n, true
	first.Bits = p.Bits * float64(n) / float64(p.To-p.From)
	rest.Bits = p.Bits - first.Bits
	return first, rest
}

// Options configure one guarded stream or text.
type Options struct {
	// ContentType is the answer's media type. It selects how texts are found.
	ContentType string
	// Remember is called with new pieces before the text that holds them is released. It
	// reports whether the answer must be withheld. If it fails, the answer is withheld
	// too. It is called rarely. If it is nil, pieces are not remembered.
	Remember func(pieces []Piece) (withhold bool, err error)
	// OnHit is called once, before the read that returns ErrReflected, if a piece stops
	// the answer or Remember reports true. It is not called if Remember only fails.
	OnHit func()
}

// Stops reports whether one of the pieces alone withholds the answer.
func Stops(pieces []Piece) bool {
	for _, p := range pieces {
		if p.Stops {
			return true
		}
	}
	return false
}

// settle judges new pieces. It returns nil or ErrReflected.
func (o *Options) settle(pieces []Piece) error {
	if len(pieces) == 0 {
		return nil
	}
	withhold := Stops(pieces)
	if o.Remember != nil {
		tooMuch, err := o.Remember(pieces)
		if err != nil && !withhold {
			return ErrReflected
		}
		withhold = withhold || tooMuch
	}
	if !withhold {
		return nil
	}
	if o.OnHit != nil {
		o.OnHit()
	}
	return ErrReflected
}

var (
	// ErrReflected ends a withheld stream. It has no details, because the secret, its form and its
	// position would answer a guess.
	ErrReflected = errors.New("the response was withheld")
	// ErrCrowded ends an answer with more alternating choices or fields than are distinguished.
	ErrCrowded = errors.New("the response has too many alternating choices or fields to be searched")
)
