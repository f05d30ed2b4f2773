package inputs

import (
	"context"
	"sync"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// fetches bounds what a run gets by URL.
type fetches struct {
	fetch  Fetch
	limits Limits

	mu   sync.Mutex
	left int64
	made int
}

func (f *fetches) get(ctx context.Context, url string) ([]byte, error) {
	// One request must not become thousands, whatever comes of them.
	if most := f.limits.Fetches; !f.another(most) {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "a run gets at most %d pictures by URL", most)
	}
	limit := f.limits.PictureBytes
	// The whole picture is reserved before it is fetched: those that are fetched
	// at the same time must not pass the limit together.
	if !f.take(limit) {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_IMAGE_TOO_LARGE,
			"the pictures at URLs are larger than %d MiB together", f.limits.FetchBytes>>20)
	}
	encoded, err := f.fetch(ctx, url, limit)
	f.give(limit - int64(len(encoded)))
	return encoded, err
}

func (f *fetches) another(most int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	return f.made <= most
}

func (f *fetches) take(n int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left -= n
	if f.left+f.slack() >= 0 {
		return true
	}
	f.left += n
	return false
}

// slack lets the pictures that are being fetched reserve more than they will
// have: a reservation is the largest picture, and most are small.
func (f *fetches) slack() int64 { return fetchAtOnce * f.limits.PictureBytes }

func (f *fetches) give(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left += n
}
