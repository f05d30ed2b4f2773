package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// The rule for pieces of a hidden credential that answers show, after measurements. A
// piece that stops is the guard's to tell. Smaller ones pass unchanged and are
// remembered; when a link has shown so many symbols of a value, it is suspended. A guess
// shows nothing until then, so that the edge is no oracle.
const (
	// leastThreshold and thresholds say between what the number is drawn, once for each
	// share and value: from 20 to 28.
	leastThreshold = 20
	thresholds     = 9
	// least is the number for short values, of which a third may be shown.
	least = 12
	// longPiece is the piece that counts in any text, in symbols. Smaller ones turn up
	// by chance in large texts and in what was decoded.
	longPiece = 10
	// wordBits tells bodies that read like ordinary words, in bits a symbol.
	wordBits = 4.5
	// randomBits is what a random letter or digit is worth: one of 36.
	randomBits = 5.17
	// manyBits is the body that stands two suspensions. Each may tell some 30 bits of it
	// to who guesses a thousand million times.
	manyBits = 100
)

// exposed is a value as one share's answers may show it.
type exposed struct {
	workspace string
	share     string
	// credential is its resource name; value the fingerprint of what it holds.
	credential string
	value      string
}

// threshold is how many symbols of a body of a size a share may show.
func (s *Service) threshold(v exposed, body int) int64 {
	m := hmac.New(sha256.New, s.thresholdKey.Expose())
	m.Write(secret.Bind("threshold", v.workspace, v.value, v.share))
	drawn := leastThreshold + int64(binary.BigEndian.Uint64(m.Sum(nil))%thresholds)
	return min(drawn, max(least, int64(body/3)))
}

// finding is what one text showed of one value, judged.
type finding struct {
	exposed
	// withhold: the text must not be let go.
	withhold bool
	// characters are those that the share's visitors may know, chance whether what
	// decided may be ordinary text, most how many suspensions the body stands.
	characters int64
	chance     bool
	most       int64
}

// remember writes down what a text shows of a value, and then judges. The text must not
// be let go before it returns, nor if it fails. large: the text is over a megabyte.
func (s *Service) remember(ctx context.Context, v exposed, pieces []guard.Piece, body int, large bool) (finding, error) {
	f := finding{exposed: v, most: 1}
	counted := counting(pieces, large)
	if len(counted) == 0 {
		return f, nil
	}
	if err := s.store.show(ctx, v, places(counted), sqldb.Micros(s.now())); err != nil {
		return f, err
	}
	own, all, err := s.store.shownOf(ctx, v)
	if err != nil {
		return f, err
	}
	last := counted[len(counted)-1]
	stops := slices.IndexFunc(counted, func(p guard.Piece) bool { return p.Stops })
	if stops >= 0 {
		last = counted[stops]
	}
	f.withhold = stops >= 0 || all >= s.threshold(v, body)
	f.characters, f.chance = own, density(last) < wordBits
	if density(last)*float64(body) >= manyBits {
		f.most = 2
	}
	return f, nil
}

// density is what a symbol of a piece is worth, in bits. A piece that was found by its
// code alone tells nothing of that, and is taken for random.
func density(p guard.Piece) float64 {
	if p.To <= p.From || p.Bits <= 0 {
		return randomBits
	}
	return p.Bits / float64(p.To-p.From)
}

// counting are the pieces that count in a text.
func counting(pieces []guard.Piece, large bool) []guard.Piece {
	return slices.DeleteFunc(slices.Clone(pieces), func(p guard.Piece) bool {
		return !p.Stops && p.To-p.From < longPiece && (large || !p.Plain)
	})
}

// places are the symbols of pieces, each once, in order.
func places(pieces []guard.Piece) []int {
	var all []int
	for _, p := range pieces {
		for i := p.From; i < p.To && len(all) < 4*maxPositions; i++ {
			all = append(all, i)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
