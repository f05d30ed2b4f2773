package calls

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// guardedAnswer is the answer of a call with credentials, and what the guard found in it.
type guardedAnswer struct {
	*InternalHandlers
	// handles are those of the call. The Secret of a piece is an index into them.
	handles []*handle
	set     *guard.Set

	// mu guards the fields below: the guard calls back from the goroutine that reads the answer.
	mu       sync.Mutex
	withheld bool
	result   withholding.Held
	// blamed is the handle whose credential the answer holds, and finding is how much of it. A credential of
	// the caller's own has no finding.
	blamed  *handle
	finding exposure.Finding
}

// judgePieces records pieces of credentials in the answer, and reports whether the answer must be withheld. Only
// pieces of a hidden credential are remembered: a caller's own credential is no secret from the caller. The
// handle whose credential decides is blamed.
func (g *guardedAnswer) judgePieces(ctx context.Context, pieces []guard.Piece) (withhold bool, err error) {
	// The pieces are remembered even if the caller leaves. Otherwise leaving would be a free guess.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	var failed error
	for i, h := range g.handles {
		own := ofSecret(pieces, i)
		if len(own) == 0 {
			continue
		}
		if h.Share == "" {
			if guard.Stops(own) {
				g.blame(h, exposure.Finding{})
			}
			continue
		}
		f, err := g.memory.Remember(ctx, g.valueOf(ctx, h), own, g.set.BodySymbols(i))
		if f.Withhold || guard.Stops(own) {
			g.blame(h, f)
		}
		if f.Withhold {
			return true, nil
		}
		failed = errors.Join(failed, err) // continue: the pieces of another credential may be to blame
	}
	return false, failed
}

func (g *guardedAnswer) blame(h *handle, f exposure.Finding) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.blamed, g.finding = h, f
}

func ofSecret(pieces []guard.Piece, secret int) []guard.Piece {
	var own []guard.Piece
	for _, p := range pieces {
		if p.Secret == secret {
			own = append(own, p)
		}
	}
	return own
}

// withhold suspends the share and tells the owner of the credential.
func (g *guardedAnswer) withhold(ctx context.Context) {
	g.mu.Lock()
	g.withheld = true // before the suspension, because the suspension ends this call too
	f, h := g.finding, g.blamed
	g.mu.Unlock()
	e := g.audit.Event(audit.PeerOf(ctx, h.Peer), h.Workspace, "answer.withheld", h.credentialLabel())
	e.Details["run"], e.Details["step"], e.Details["destination"] = h.Run, h.Step, h.Destination
	result := g.judge.Suspend(ctx, f, h.Run, e)
	g.mu.Lock()
	g.result = result
	g.mu.Unlock()
}

func (g *guardedAnswer) wasWithheld() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.withheld
}

// withheldError is the error of the call. For a hidden credential it waits until the suspension is in force.
func (g *guardedAnswer) withheldError(ctx context.Context, status int) error {
	g.mu.Lock()
	result, h := g.result, g.blamed
	g.mu.Unlock()
	if h.Share == "" {
		return withheldError(h, status)
	}
	return result.Wait(ctx)
}

// valueOf is the value that a handle uses. If it was replaced meanwhile, the database no longer has its
// fingerprint, and its version stands for it.
func (s *InternalHandlers) valueOf(ctx context.Context, h *handle) exposure.Value {
	v := exposure.Value{Workspace: h.Workspace, Share: h.Share, Credential: h.credentialLabel(), Fingerprint: h.UID + " " + strconv.FormatInt(h.Version, 10)}
	if c, err := s.credentials.Current(ctx, h.Credential); err == nil && c != nil && c.UID == h.UID && c.Version == h.Version {
		v.Fingerprint = c.Body
	}
	return v
}
