package intake

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Pace is how fast a body must come. It may stall for Grace; otherwise it must come at
// Rate bytes per second. It ends after Longest in any case.
type Pace struct {
	Grace, Longest time.Duration
	Rate           int64
}

// UsualPace serves a slow mobile network: 32 KiB per second.
var UsualPace = Pace{Grace: 10 * time.Second, Longest: 5 * time.Minute, Rate: 32 << 10}

// paced reads a body that must keep coming.
type paced struct {
	Pace
	from    io.Reader
	control *http.ResponseController
	begin   time.Time
	// until is when the next byte must have come. Bytes that came fast extend it to
	// Grace from now at most: a burst must not buy a long stall.
	until time.Time
}

func newPaced(w http.ResponseWriter, from io.Reader, at Pace) *paced {
	return &paced{Pace: at, from: from, control: http.NewResponseController(w), begin: time.Now(), until: time.Now().Add(at.Grace)}
}

// Read implements io.Reader.
func (p *paced) Read(buf []byte) (int, error) {
	p.deadline(p.until)
	n, err := p.from.Read(buf)
	earned := time.Until(p.until) + time.Duration(n)*time.Second/time.Duration(p.Rate)
	p.until = time.Now().Add(min(earned, p.Grace, p.Longest-time.Since(p.begin)))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, errs.DeadlineExceeded("the body came too slowly: send at least %d KiB per second, and all of it within %v", p.Rate>>10, p.Longest).Because(reply.ErrSlow)
	}
	return n, err
}

// done removes the deadline: if it passed later, it would end the running request.
func (p *paced) done() { p.deadline(time.Time{}) }

// giveUp leaves the server a second to read what is in flight, so that the client can
// read the answer.
func (p *paced) giveUp() { p.deadline(time.Now().Add(time.Second)) }

// deadline is unsupported only in tests without a socket.
func (p *paced) deadline(at time.Time) { _ = p.control.SetReadDeadline(at) }
