package calls

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// bound checks what a handle says of itself against the call that it is used
// for: whose it is, when, and where to.
func (s *InternalHandlers) bound(h *handle, peer, url string) error {
	switch {
	case peer == "" || h.Peer != peer:
		return handleInvalid(errors.New("presented by another peer"))
	case !s.now().Before(h.expires()):
		return handleInvalid(errors.New("expired"))
	case h.Calls != 1:
		return handleInvalid(errors.New("not good for one call"))
	}
	d, err := egress.DestinationOf(url)
	if err != nil {
		return refusedURL(err)
	}
	if d.String() != h.Destination {
		return handleInvalid(errors.New("used for another destination"))
	}
	return nil
}

// spend uses the handle up and writes the intent. When it returns nil the row is
// durable; after any error the credential must not be used.
func (s *InternalHandlers) spend(ctx context.Context, h *handle) (attempts.Attempt, error) {
	a := attempts.Attempt{
		Run: h.Run, Step: h.Step, Field: h.Field, Number: h.Attempt, ID: id.New(audit.IDPrefix), Workspace: h.Workspace,
		Share: h.Share, Credential: h.credentialLabel(), CredentialVersion: h.Version, Destination: h.Destination,
		ChargedKey: h.ChargedKey, Peer: h.Peer, StartTime: sqldb.Micros(s.now()),
	}
	q, err := s.quotaOf(ctx, h)
	if err != nil {
		return a, err
	}
	unused, left, err := s.grants.Spend(ctx, h.Run, []string{h.Step, h.Field, strconv.FormatInt(h.Attempt, 10)}, q)
	switch {
	case err != nil:
		return a, err
	case !unused:
		return a, handleInvalid(errors.New("used before"))
	case !left:
		return a, s.grants.Exhausted(*q)
	}
	became, err := s.begin(ctx, a)
	switch {
	case err != nil:
	case became == attempts.UsedBefore:
		err = handleInvalid(errors.New("this attempt was begun before"))
	case became == attempts.TooLate:
		s.finish(ctx, a, attempts.NotSent)
		err = grant.Invalid(errors.New("the run has ended"))
	}
	if err != nil && q != nil {
		// The call is not made, so it does not count. If that cannot be written
		// either, it counts too much: on the safe side.
		if back := s.grants.GiveBack(context.WithoutCancel(ctx), *q); back != nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "a call that was not made stays counted", slog.Any("error", back))
		}
	}
	return a, err
}

// reveal opens the credentials of handles, and finds the guard that looks for them in
// answers. The secrets are destroyed by the caller.
func (s *InternalHandlers) reveal(ctx context.Context, together []*handle) (slots egress.Slots, set *guard.Set, err error) {
	defer func() {
		if err != nil {
			destroy(slots)
		}
	}()
	hidden, names := make([]secret.Secret, len(together)), make([]withholding.Secret, len(together))
	for i, h := range together {
		slot, err := s.slotFor(ctx, h)
		if err != nil {
			return slots, nil, err
		}
		slots = append(slots, slot)
		hidden[i], names[i] = slot.Hidden(), h.guarded()
	}
	if set, err = s.judge.Together(names, hidden); err != nil {
		return slots, nil, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE,
			"the credential is too long to be guarded in answers").Because(err)
	}
	return slots, set, nil
}

// guarded names the secret of a handle, whose guard is kept.
func (h *handle) guarded() withholding.Secret {
	if h.Input != "" {
		return withholding.Secret{Subject: revocation.Run(h.Run), Version: strconv.Quote(h.Input)}
	}
	return withholding.Secret{Subject: revocation.Credential(h.Credential), Version: h.UID + " " + strconv.FormatInt(h.Version, 10)}
}

// slotFor opens the credential of one handle.
func (s *InternalHandlers) slotFor(ctx context.Context, h *handle) (*egress.Slot, error) {
	if h.Input == "" {
		c, value, err := s.storedValue(ctx, h)
		if err != nil {
			return nil, err
		}
		return c.Place().With(value), nil
	}
	p, err := credentials.CompleteSlot(h.Provider, credentials.GrantedPlace(h.SlotKind, h.SlotName, h.SlotPrefix))
	if err != nil {
		return nil, err
	}
	value, err := s.runs.Credential(ctx, h.Run, h.Input)
	if err != nil {
		return nil, err
	}
	return p.With(value), nil
}

func (s *InternalHandlers) storedValue(ctx context.Context, h *handle) (*credentials.Credential, secret.Secret, error) {
	c, err := s.credentials.Current(ctx, h.Credential)
	if err != nil {
		return nil, secret.Secret{}, err
	}
	if c == nil || c.UID != h.UID || c.Version != h.Version {
		return nil, secret.Secret{}, handleInvalid(errors.New("the credential has changed"))
	}
	value, err := s.credentials.Open(ctx, c)
	return &c.Credential, value, err
}

// refuseUse audits a refusal for the owner of the right and returns the error.
// What is a fault of ours is not a refusal.
func (s *InternalHandlers) refuseUse(ctx context.Context, action string, h *handle, err error) error {
	if e := revocation.Cause(ctx); e != nil { // under it: what failed by that is not the reason
		err = e
	}
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_INTERNAL, errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_DEADLINE_EXCEEDED:
		return err
	}
	e := s.audit.Event(audit.PeerOf(ctx, h.Peer), h.Workspace, action, h.credentialLabel())
	e.Outcome = strings.ToLower(strings.TrimPrefix(errs.ReasonOf(err).String(), "REASON_"))
	for k, v := range map[string]string{
		"run": h.Run, "step": h.Step, "field": h.Field, "attempt": strconv.FormatInt(h.Attempt, 10), "share": h.Share, "destination": h.Destination,
	} {
		if v != "" {
			e.Details[k] = v
		}
	}
	s.audit.Refused(ctx, e)
	return err
}
