package inputs

import (
	"context"
	"sync"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// fetches bounds what a run fetches by URL.
type fetches struct {
	fetch  Fetch
	limits Limits

	mu   sync.Mutex // guards left and made; pictures are fetched at the same time
	left int64
	made int
}

func (f *fetches) get(ctx context.Context, url string) ([]byte, error) {
	// Failed fetches count too: one request must not become thousands.
	if most := f.limits.Fetches; !f.count(most) {
		return nil, errs.InvalidArgument("a run fetches at most %d pictures by URL; send fewer, or send pictures as base64", most).WithReason(errorsv1.Reason_REASON_INPUT_INVALID)
	}
	limit := f.limits.PictureBytes
	// The largest picture is reserved before the fetch, so that fetches at the same time do not
	// exceed the limit together.
	if !f.reserve(limit) {
		return nil, errs.InvalidArgument("the pictures at URLs are larger than %d MiB together; send fewer or smaller ones", f.limits.FetchBytes>>20).WithReason(errorsv1.Reason_REASON_IMAGE_TOO_LARGE)
	}
	encoded, err := f.fetch(ctx, url, limit)
	f.release(limit - int64(len(encoded)))
	return encoded, err
}

func (f *fetches) count(most int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	return f.made <= most
}

func (f *fetches) reserve(n int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left -= n
	if f.left+f.slack() >= 0 {
		return true
	}
	f.left += n
	return false
}

// slack lets fetches reserve more than is left, because a reservation is as large as the largest
// picture and most pictures are small.
func (f *fetches) slack() int64 { return fetchAtOnce * f.limits.PictureBytes }

func (f *fetches) release(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left += n
}

// fetchAtOnce is how many pictures of one run are fetched at the same time.
const fetchAtOnce = 4

// Limits are those of the inputs of one run.
type Limits struct {
	// Elements bounds the elements of all batches together.
	Elements int
	// Fetches bounds the pictures that come by URL, FetchBytes all of them together and
	// PictureBytes each one.
	Fetches                  int
	FetchBytes, PictureBytes int64
}

// Fetch gets what is at a URL, at most limit bytes.
type Fetch func(ctx context.Context, url string, limit int64) ([]byte, error)
