package exposure

import (
	"cmp"
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
// limit to test guesses. A symbol of a weak piece counts half: a share with ten gigabytes of pictures in its
// answers shows one or two weak pieces of a value by chance, and five of them suspend it at the earliest.
// Hexadecimal values have a threshold of 12 from 32 digits on: three weak pieces of nine that do not overlap.
const (
	// The threshold is drawn once for each share and value, from 20 to 28 symbols.
	leastThreshold = 20
	thresholds     = 9
	// least is the lower bound for short values, of which a third may be shown.
	least = 12
	// wordBits is the entropy below which a value reads like ordinary words, in bits a symbol.
	wordBits = 4.5
	// randomBits is the entropy of a random letter or digit (one of 36).
	randomBits = 5.17
	// manyBits is the entropy of a value that withstands two suspensions. Each may reveal some 30 bits to a
	// visitor who guesses a thousand million times.
	manyBits = 100
)

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
// link are judged at the same time. The text must not leave before it returns, and never if it fails.
func (s *Memory) Remember(ctx context.Context, v Value, pieces []guard.Piece, body int) (Finding, error) {
	f := Finding{Value: v, Most: 1}
	if len(pieces) == 0 {
		return f, nil
	}
	if err := s.show(ctx, v, placesOf(pieces), sqldb.Micros(s.now())); err != nil {
		return f, err
	}
	c, err := s.shownOf(ctx, v)
	if err != nil {
		return f, err
	}
	last := pieces[len(pieces)-1]
	stops := slices.IndexFunc(pieces, func(p guard.Piece) bool { return p.Stops })
	if stops >= 0 {
		last = pieces[stops]
	}
	f.Withhold = stops >= 0 || 2*c.sure+c.weak >= 2*s.threshold(v, body)
	f.Characters, f.Chance = c.own, density(last) < wordBits || last.Weak
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

// placesOf are the symbols of pieces, each once, the sure ones first.
func placesOf(pieces []guard.Piece) []place {
	var all []place
	for _, p := range pieces {
		for i := p.From; i < p.To && len(all) < 4*maxPlaces; i++ {
			all = append(all, place{i, p.Weak})
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		if a.weak != b.weak {
			return map[bool]int{true: 1, false: -1}[a.weak]
		}
		return cmp.Compare(a.at, b.at)
	})
	return slices.Compact(all)
}
