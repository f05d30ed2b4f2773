package budget

import (
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// picturesPerRun is how many pictures each allowed run adds to a limit without one of its
// own on pictures.
const picturesPerRun = 10

// keyLimit returns what the budget of a key allows in its period.
func keyLimit(b *vaultv1.Budget) meter.Count {
	return LimitOf(b.GetRuns(), b.GetPictures())
}

// picturesFor returns the limit on pictures that goes with one on runs. pictures is 0 when
// none is set.
func picturesFor(pictures, runs int64) int64 {
	if pictures > 0 {
		return pictures
	}
	return picturesPerRun * runs
}

// Total returns what all visitors of the share may use together.
func (l ShareLimits) Total() meter.Count {
	return LimitOf(l.Runs, l.Pictures)
}

// PerVisitor returns what one visitor may use. If only the pictures of the share are
// limited, a visitor gets the same part of them as of its runs, rounded up.
func (l ShareLimits) PerVisitor() meter.Count {
	c := LimitOf(l.VisitorRuns, l.VisitorPictures)
	if l.VisitorPictures == 0 && l.Pictures > 0 && l.Runs > 0 { // each is at most 10^9, so the product cannot overflow
		c.Pictures = min(l.Pictures, (l.Pictures*l.VisitorRuns+l.Runs-1)/l.Runs)
	}
	return c
}

// LimitOf returns a limit on runs and pictures. pictures is 0 when none is set.
func LimitOf(runs, pictures int64) meter.Count {
	return meter.Count{Runs: runs, Pictures: picturesFor(pictures, runs)}
}

// ShareLimits are the limits of a share as its owner set them. 0 is no limit; the zero
// value is a run without a share.
type ShareLimits struct {
	// Share is the unique ID of the share.
	Share string
	// Epoch changes with the limits, so that counting starts again.
	Epoch                                        int64
	Runs, Pictures, VisitorRuns, VisitorPictures int64
	Period                                       vaultv1.Period
}
