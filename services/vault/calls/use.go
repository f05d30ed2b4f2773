package calls

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

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

// checkBinding checks a handle against the call that it is used for: the peer, the time and the destination.
func (s *InternalHandlers) checkBinding(h *handle, peer, url string) error {
	switch {
	case peer == "" || h.Peer != peer:
		return handleInvalid(errors.New("presented by another peer"))
	case !s.now().Before(h.expires()):
		return handleInvalid(errors.New("expired"))
	case h.Calls != 1:
		return handleInvalid(errors.New("not for one call"))
	}
	d, err := egress.DestinationOf(url)
	if err != nil {
		return addressRefused(err)
	}
	if d.String() != h.Destination {
		return handleInvalid(errors.New("used for another destination"))
	}
	return nil
}

// beginCall marks the handle as used, counts the call and writes its intent. When it returns nil, the intent is
// durable. After any error the credential must not be used.
//
// The count comes first, because it is cheap and refuses most calls that must not be made. If the intent fails,
// the count is given back.
func (s *InternalHandlers) beginCall(ctx context.Context, h *handle) (attempts.Attempt, error) {
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
	if err = s.writeIntent(ctx, a); err != nil && q != nil {
		s.logUncounted(ctx, s.grants.GiveBack(context.WithoutCancel(ctx), *q))
	}
	return a, err
}

// writeIntent writes the row of an attempt. It returns an error if the call must not be made.
func (s *InternalHandlers) writeIntent(ctx context.Context, a attempts.Attempt) error {
	result, err := s.begin(ctx, a)
	if err != nil {
		return err
	}
	switch result {
	case attempts.UsedBefore:
		return handleInvalid(errors.New("this attempt was begun before"))
	case attempts.TooLate:
		s.end(ctx, a, attempts.NotSent)
		return grant.Invalid(errors.New("the run has ended"))
	}
	return nil
}

// openSlots opens the credentials of handles, and finds the guard that looks for them in the answer. The caller
// destroys the secrets.
func (s *InternalHandlers) openSlots(ctx context.Context, handles []*handle) (slots egress.Slots, set *guard.Set, err error) {
	defer func() {
		if err != nil {
			destroy(slots)
		}
	}()
	hidden, names := make([]secret.Secret, len(handles)), make([]withholding.Secret, len(handles))
	for i, h := range handles {
		slot, err := s.openSlot(ctx, h)
		if err != nil {
			return slots, nil, err
		}
		slots = append(slots, slot)
		hidden[i], names[i] = slot.Hidden(), h.guardName()
	}
	if set, err = s.judge.Together(names, hidden); err != nil {
		return slots, nil, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE,
			"the credential is too long to be guarded in answers").Because(err)
	}
	return slots, set, nil
}

// guardName names the secret of a handle, under which its compiled guard is cached.
func (h *handle) guardName() withholding.Secret {
	if h.Input != "" {
		return withholding.Secret{Subject: revocation.Run(h.Run), Version: strconv.Quote(h.Input)}
	}
	return withholding.Secret{Subject: revocation.Credential(h.Credential), Version: h.UID + " " + strconv.FormatInt(h.Version, 10)}
}

// openSlot opens the credential of one handle.
func (s *InternalHandlers) openSlot(ctx context.Context, h *handle) (*egress.Slot, error) {
	if h.Input == "" {
		c, value, err := s.openStored(ctx, h)
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

func (s *InternalHandlers) openStored(ctx context.Context, h *handle) (*credentials.Credential, secret.Secret, error) {
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

// logUncounted logs that a call which was not made stays counted. An owner's limit errs on the safe side.
func (s *InternalHandlers) logUncounted(ctx context.Context, err error) {
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "giving back the count of an unsent call failed; it stays counted", slog.Any("error", err))
	}
}

func destroy(slots egress.Slots) {
	for _, s := range slots {
		s.Secret.Destroy()
	}
}
