package protocol

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackStreamOfManyEvents answers with a stream of millions of events. It ends early, and
// takes no memory for them. It is not parallel, because it counts the bytes of the process.
func TestAttackStreamOfManyEvents(t *testing.T) {
	a := attack.New(t, "A13", "a provider's stream of millions of events")
	for name, event := range map[string]string{"empty objects": "data:{}\n\n", "no data": "event:x\n\n", "comments": ":\n\n"} {
		body := bytes.Repeat([]byte(event), (4<<20)/len(event))
		for _, p := range []Protocol{Chat{}, Responses{}, Messages{}, Generate{}} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := p.Answer(body)
			runtime.ReadMemStats(&after)
			// A decoded event takes less than a kilobyte, and is garbage immediately.
			took := (after.TotalAlloc - before.TotalAlloc) >> 20
			a.Attempt(errors.Is(err, ErrMalformed) && took < maxEvents>>10, "%s: %T takes %d MiB and says %v", name, p, took, err)
		}
	}
}
