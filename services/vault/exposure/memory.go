package exposure

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// The rule for pieces of a hidden credential that answers show. The numbers come from measurements. The guard
// says which piece stops an answer. Smaller pieces pass unchanged and are remembered; when a link has shown
// enough symbols of a value, it is suspended. A wrong guess changes nothing until then, so nobody can use the
// limit to test guesses.
const (
	// The threshold is drawn once for each share and value, from 20 to 28 symbols.
	leastThreshold = 20
	thresholds     = 9
	// least is the lower bound for short values, of which a third may be shown.
	least = 12
	// longPiece is the size of a piece that counts in any text, in symbols. Smaller pieces occur by chance in
	// large texts and in decoded data.
	longPiece = 10
	// wordBits is the entropy below which a value reads like ordinary words, in bits a symbol.
	wordBits = 4.5
	// randomBits is the entropy of a random letter or digit (one of 36).
	randomBits = 5.17
	// manyBits is the entropy of a value that withstands two suspensions. Each may reveal some 30 bits to a
	// visitor who guesses a thousand million times.
	manyBits = 100
)

// Value is a value that the answers of one share may show.
type Value struct {
	Workspace string
	Share     string
	// Credential is a resource name, value the fingerprint of its value.
	Credential  string
	Fingerprint string
}

// Memory is what answers have shown of hidden values, and the suspensions that followed.
type Memory struct {
	db  *sqldb.DB
	key secret.Secret // of thresholds: without it nobody can compute one
	now func() time.Time
}

// New returns the memory in a database.
func New(db *sqldb.DB, key secret.Secret, now func() time.Time) *Memory {
	return &Memory{db: db, key: key, now: now}
}

// threshold is how many symbols a share may show of a value whose body has this size.
func (s *Memory) threshold(v Value, body int) int64 {
	m := hmac.New(sha256.New, s.key.Expose())
	m.Write(secret.Bind("threshold", v.Workspace, v.Fingerprint, v.Share))
	drawn := leastThreshold + int64(binary.BigEndian.Uint64(m.Sum(nil))%thresholds)
	return min(drawn, max(least, int64(body/3)))
}

// Finding is what one text showed of one value, with the judgement.
type Finding struct {
	Value
	// Withhold means that the text must not leave.
	Withhold bool
	// Characters is how many the visitors of the share may know. chance says that the deciding piece may be
	// ordinary text. most is how many suspensions the value withstands.
	Characters int64
	Chance     bool
	Most       int64
}

// Remember stores what a text shows of a value and then judges. It stores first, because other texts of the same
// link are judged at the same time. The text must not leave before it returns, nor if it fails. large means that
// the text is over a megabyte.
func (s *Memory) Remember(ctx context.Context, v Value, pieces []guard.Piece, body int, large bool) (Finding, error) {
	f := Finding{Value: v, Most: 1}
	counted := counting(pieces, large)
	if len(counted) == 0 {
		return f, nil
	}
	if err := s.show(ctx, v, places(counted), sqldb.Micros(s.now())); err != nil {
		return f, err
	}
	own, all, err := s.shownOf(ctx, v)
	if err != nil {
		return f, err
	}
	last := counted[len(counted)-1]
	stops := slices.IndexFunc(counted, func(p guard.Piece) bool { return p.Stops })
	if stops >= 0 {
		last = counted[stops]
	}
	f.Withhold = stops >= 0 || all >= s.threshold(v, body)
	f.Characters, f.Chance = own, density(last) < wordBits
	if density(last)*float64(body) >= manyBits {
		f.Most = 2
	}
	return f, nil
}

// density is the entropy of a symbol of a piece, in bits. A piece that was found only by its code has none, and
// counts as random.
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
