package guard

// Piece is a run of symbols of a secret's body that turned up in a text. It holds
// positions and no characters, but it says where a guess was right: it stays in the
// vault.
type Piece struct {
	// Secret is the index of the secret in the call of New.
	Secret int
	// From and To are positions in the normalised body, [From, To).
	From, To int
	// Bits is what the piece is worth under the letter model.
	Bits float64
	// Plain says that the piece stood in undecoded text, forwards or backwards.
	Plain bool
	// Stops says that the piece alone withholds the answer.
	Stops bool
}

// Options are those of one guarded stream or text.
type Options struct {
	// ContentType is the answer's, and chooses how its texts are found.
	ContentType string
	// Remember is called with the pieces that were found, before the text that holds
	// them is let go. It says whether the answer must be withheld. If it fails, the
	// answer is withheld too. It is called seldom. Nil forgets the pieces.
	Remember func(pieces []Piece) (withhold bool, err error)
	// OnHit is called once, before the read that returns ErrReflected, if a piece stops
	// or Remember says so. It is not called when only Remember fails.
	OnHit func()
}

// Stops reports whether one of the pieces withholds the answer alone.
func Stops(pieces []Piece) bool {
	for _, p := range pieces {
		if p.Stops {
			return true
		}
	}
	return false
}

// settle decides over pieces that were found: nil, or ErrReflected.
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
