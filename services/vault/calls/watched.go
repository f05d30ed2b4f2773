package calls

import (
	"context"
	"strconv"
	"sync"

	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// watched is the stream of one call whose answer is guarded, with what was found in it.
type watched struct {
	*InternalHandlers
	egressStream
	// handles are those of the call; a piece's Secret is an index into them.
	handles []*handle
	set     *guard.Set

	mu   sync.Mutex
	hit  bool
	held withholding.Held
	// found is the handle whose credential the answer holds, and what was found of it.
	// Without a share nobody is kept from it.
	found *handle
	what  exposure.Finding
}

// remember judges pieces that the answer holds of hidden credentials. An owner's own
// run and a visitor's own credential have nobody to be kept from. Whatever stops is booked
// on the credential that was found: on a hidden one, if the answer holds one.
func (w *watched) remember(ctx context.Context, pieces []guard.Piece) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	for i, h := range w.handles {
		mine := ofSecret(pieces, i)
		if len(mine) == 0 {
			continue
		}
		if h.Share == "" {
			if guard.Stops(mine) {
				w.blame(h, exposure.Finding{})
			}
			continue
		}
		f, err := w.InternalHandlers.memory.Remember(ctx, w.exposedBy(ctx, h), mine, w.set.BodySymbols(i))
		if f.Withhold || guard.Stops(mine) {
			w.blame(h, f)
		}
		if err != nil || f.Withhold {
			return true, err
		}
	}
	return false, nil
}

func (w *watched) blame(h *handle, f exposure.Finding) {
	w.mu.Lock()
	w.found, w.what = h, f
	w.mu.Unlock()
}

func ofSecret(pieces []guard.Piece, secret int) []guard.Piece {
	var mine []guard.Piece
	for _, p := range pieces {
		if p.Secret == secret {
			mine = append(mine, p)
		}
	}
	return mine
}

// withhold tells the owner of the answer, and suspends the share.
func (w *watched) withhold(ctx context.Context) {
	w.mu.Lock()
	w.hit = true // before the suspension, which ends this call too
	f, h := w.what, w.found
	w.mu.Unlock()
	e := w.audit.Event(audit.PeerOf(ctx, h.Peer), h.Workspace, "answer.withheld", h.credentialLabel())
	e.Details["run"], e.Details["step"], e.Details["destination"] = h.Run, h.Step, h.Destination
	end := w.judge.Suspend(ctx, f, h.Run, e)
	w.mu.Lock()
	w.held = end
	w.mu.Unlock()
}

func (w *watched) withheld() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hit
}

// leave is how the call ends, after an answer with a status.
func (w *watched) leave(ctx context.Context, status int) error {
	w.mu.Lock()
	end, h := w.held, w.found
	w.mu.Unlock()
	if h.Share == "" {
		return answerWithheld(h, status)
	}
	return end.Wait(ctx)
}

// exposedBy is the value that a handle uses. A value that was replaced during the call has no
// fingerprint any more, so its version identifies it.
func (s *InternalHandlers) exposedBy(ctx context.Context, h *handle) exposure.Value {
	v := exposure.Value{Workspace: h.Workspace, Share: h.Share, Credential: h.credentialLabel(), Fingerprint: h.UID + " " + strconv.FormatInt(h.Version, 10)}
	if c, err := s.credentials.Current(ctx, h.Credential); err == nil && c != nil && c.UID == h.UID && c.Version == h.Version {
		v.Fingerprint = c.Body
	}
	return v
}
