package run

import (
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// A step of a small definition can enlarge each of many small pictures to the largest size
// there is.
func TestEnlargedPicturesAreBounded(t *testing.T) {
	t.Parallel()
	const room = 1 << 20
	memory := &pictureMemory{pool: fair.New(fair.Limits{What: "pictures", Capacity: 4 * room, WholeTenant: true}), room: room}
	ctx, done := value.WithMemory(t.Context(), memory)
	defer done()
	made := 0
	var err error
	for ; err == nil && made < 100; made++ {
		err = value.Grow(ctx, 256, 256) // 256 KiB
	}
	if most := room >> 18; made != most+1 || errs.ReasonOf(err) != errorsv1.Reason_REASON_IMAGE_TOO_LARGE {
		t.Errorf("picture %d was refused with %v; there is room for %d", made, err, most)
	}
}
