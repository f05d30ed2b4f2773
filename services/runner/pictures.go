package runner

import (
	"context"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// pixelBytes is what a decoded pixel takes at most.
const pixelBytes = 4

// hold reserves the memory of a run's pictures before any is decoded, until the run
// is over: a run keeps what it has decoded, and a few kilobytes of a request can be
// gigabytes of pixels. It is taken in one piece, so that no two runs wait for what
// the other has. A step that draws makes a copy, which is counted where there is room.
func (r *run) hold(ctx context.Context, w *compiled, inputs map[string]any) (release func(), err error) {
	total := r.service.cfg.PictureBytes
	seen := map[*value.Image]bool{}
	for _, v := range inputs {
		collect(v, seen)
	}
	var cost int64
	for picture := range seen {
		// No side is so long that this could overflow, and the sum stops at the limit.
		if cost += int64(picture.Width()) * int64(picture.Height()) * pixelBytes; cost > total {
			return nil, runtimeInput(errs.InvalidArgument(errorsv1.Reason_REASON_IMAGE_TOO_LARGE,
				"the pictures of a run may have %d million pixels together, and these have more", total/pixelBytes/1_000_000))
		}
	}
	cost = min(cost*int64(1+w.draws), total)
	if cost == 0 {
		return func() {}, nil
	}
	if err := r.service.pictures.Acquire(ctx, cost); err != nil {
		return nil, err
	}
	return func() { r.service.pictures.Release(cost) }, nil
}

func collect(v any, into map[*value.Image]bool) {
	switch v := v.(type) {
	case *value.Image:
		into[v] = true
	case []any:
		for _, item := range v {
			collect(item, into)
		}
	}
}
