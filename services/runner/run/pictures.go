package run

import (
	"context"
	"sync"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/runner/compiled"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// pixelBytes is the largest size of a decoded pixel.
const pixelBytes = 4

// pictureMemory is the memory for the pixels of one run. A few kilobytes of a request can be gigabytes
// of pixels, so memory is reserved when a step first reads some. It is reserved in one piece, so that
// no two runs wait for each other. While no step reads pixels other runs may take the memory: the
// pictures of the request are decoded again later.
type pictureMemory struct {
	pool  *fair.Pool
	cost  int64
	given []*value.Image
	// pinned pixels cannot be decoded again: a step draws on them or cuts parts out.
	pinned bool

	mu    sync.Mutex // guards users, lease and room; held while Enter waits, so that one step at most waits for memory
	users int
	lease *fair.Lease
	// room is what steps may add to the memory of the pictures that came, in bytes.
	room int64
}

var _ value.Memory = (*pictureMemory)(nil)

// reservePictures measures the pictures of a run and refuses more than one run may have. It reserves
// nothing yet.
func (r *run) reservePictures(w *compiled.Workflow, values map[string]any) (*pictureMemory, error) {
	p := &pictureMemory{pool: r.deps.Pictures, pinned: w.Draws > 0 || w.Cuts}
	most := p.pool.Most()
	for picture := range inputs.Pictures(values) {
		p.given = append(p.given, picture)
		// No side is so long that this could overflow, and the sum stops at the limit.
		if p.cost += int64(picture.Width()) * int64(picture.Height()) * pixelBytes; p.cost > most {
			return nil, inputs.Refusal(errs.InvalidArgument("the pictures of a run may have %d million pixels together, and these have more; send fewer or smaller pictures", most/pixelBytes/1_000_000).WithReason(errorsv1.Reason_REASON_IMAGE_TOO_LARGE))
		}
	}
	// A step that draws makes a copy, which is counted where there is room.
	p.cost *= int64(1 + w.Draws)
	if w.Grows {
		p.room = most / 2
		p.pinned = true
	}
	p.cost = min(p.cost+p.room, most)
	return p, nil
}

// Enter implements value.Memory.
func (p *pictureMemory) Enter(ctx context.Context) (leave func(), err error) {
	if p.cost == 0 {
		return func() {}, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lease == nil || !p.lease.Resume() {
		if p.lease, err = p.pool.Acquire(ctx, p.cost, fair.From(ctx)); err != nil {
			return nil, err
		}
	}
	p.users++
	return sync.OnceFunc(p.leave), nil // a user counts once, however often it leaves
}

// Grow implements value.Memory. The room was reserved with the pictures.
func (p *pictureMemory) Grow(width, height int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.room -= int64(width) * int64(height) * pixelBytes; p.room < 0 {
		return errs.InvalidArgument("the steps of a run that enlarge pictures, mark pixels or watch a video may take %d million pixels of memory together, and these need more; send fewer or smaller pictures",
			p.pool.Most()/2/pixelBytes/1_000_000).WithReason(errorsv1.Reason_REASON_IMAGE_TOO_LARGE)
	}
	return nil
}

func (p *pictureMemory) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users--; p.users == 0 && !p.pinned {
		p.lease.Park(p.forget)
	}
}

// forget is called without the lock, by the run that needs the memory.
func (p *pictureMemory) forget() {
	for _, picture := range p.given {
		picture.Forget()
	}
}

// release returns the memory.
func (p *pictureMemory) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lease != nil {
		p.lease.Release()
	}
}
