package sharing

import (
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// picturesPerRun is how many pictures each allowed run stands for where nobody has
// limited pictures themselves.
const picturesPerRun = 10

// budgetOf is what a key's budget allows in its period.
func budgetOf(b *vaultv1.Budget) meter.Count {
	return meter.Count{Runs: b.GetRuns(), Pictures: picturesOf(b.GetPictures(), b.GetRuns())}
}

// picturesOf is the limit on pictures beside one on runs; 0 is none of its own.
func picturesOf(pictures, runs int64) int64 {
	if pictures > 0 {
		return pictures
	}
	return picturesPerRun * runs
}

// limit is what all visitors of a share have together.
func (s *shareRow) limit() meter.Count {
	return meter.Count{Runs: s.Runs, Pictures: picturesOf(s.Pictures, s.Runs)}
}

// visitorLimit is what one visitor has. Where only the share's pictures are limited, a
// visitor has the same part of them as of its runs, rounded up.
func (s *shareRow) visitorLimit() meter.Count {
	c := meter.Count{Runs: s.VisitorRuns, Pictures: picturesOf(s.VisitorPictures, s.VisitorRuns)}
	if s.VisitorPictures == 0 && s.Pictures > 0 && s.Runs > 0 { // each is at most 10^9: no overflow
		c.Pictures = min(s.Pictures, (s.Pictures*s.VisitorRuns+s.Runs-1)/s.Runs)
	}
	return c
}

// guestLimit is what one visitor without a key has in a day.
func (c Config) guestLimit() meter.Count {
	return meter.Count{Runs: c.GuestRuns, Pictures: picturesOf(c.GuestPictures, c.GuestRuns)}
}
