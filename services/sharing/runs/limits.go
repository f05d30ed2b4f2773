package runs

import (
	"time"

	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// Limits bound runs. All must be set, except Guest.
type Limits struct {
	// Timeout is the longest a run may take.
	Timeout time.Duration
	// Lease is how long a run lives without being renewed.
	Lease time.Duration
	// Guest is what one visitor without a key may use in a day.
	Guest meter.Count
}
