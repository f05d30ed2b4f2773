package vault

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// bound checks what a handle says of itself against the call that it is used
// for: whose it is, when, and where to.
func (s *Service) bound(h *handle, peer, url string) error {
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
func (s *Service) spend(ctx context.Context, h *handle) (attempt, error) {
	a := attempt{
		run: h.Run, step: h.Step, field: h.Field, number: h.Attempt, id: id.New(eventPrefix), workspace: h.Workspace,
		share: h.Share, credential: h.credentialLabel(), credentialVersion: h.Version, destination: h.Destination,
		chargedKey: h.ChargedKey, peer: h.Peer, startTime: micros(s.now()),
	}
	q, err := s.quotaOf(ctx, h)
	if err != nil {
		return a, err
	}
	unused, left, err := s.calls.spend(ctx, h, q)
	switch {
	case err != nil:
		return a, err
	case !unused:
		return a, handleInvalid(errors.New("used before"))
	case !left:
		return a, s.callsExhausted(*q)
	}
	became, err := s.begin(ctx, a)
	switch {
	case err != nil:
	case became == usedBefore:
		err = handleInvalid(errors.New("this attempt was begun before"))
	case became == tooLate:
		s.finish(ctx, a, notSent)
		err = grant.Invalid(errors.New("the run has ended"))
	}
	if err != nil && q != nil {
		// The call is not made, so it does not count. If that cannot be written
		// either, it counts too much: on the safe side.
		if back := s.calls.giveBack(context.WithoutCancel(ctx), *q); back != nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "a call that was not made stays counted", slog.Any("error", back))
		}
	}
	return a, err
}

// reveal opens the credential of a handle, and finds the guard that looks for it
// in answers. The secret is destroyed by the caller.
func (s *Service) reveal(ctx context.Context, h *handle) (*egress.Slot, *guard.Set, error) {
	var (
		value            secret.Secret
		kind             vaultv1.SlotKind
		name             string
		subject, version string
		err              error
	)
	if h.Input != "" {
		value, err = s.runCredential(ctx, h.Run, h.Input)
		if err == nil {
			kind, name, err = completeSlot(h.Provider, slotNames()[h.SlotKind], h.SlotName)
		}
		subject, version = runSubject(h.Run), h.Input
	} else {
		var c *credential
		c, value, err = s.storedValue(ctx, h)
		if err == nil {
			kind, name = vaultv1.SlotKind(c.slotKind), c.slotName
		}
		subject, version = credentialSubject(h.Credential), h.UID+" "+itoa(h.Version)
	}
	if err != nil {
		return nil, nil, err
	}
	set, err := s.guards.get(subject, version, value)
	if err != nil {
		value.Destroy()
		return nil, nil, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE,
			"the credential is too long to be guarded in answers").Because(err)
	}
	return &egress.Slot{Kind: egressKind(kind), Name: name, Secret: value}, set, nil
}

func (s *Service) storedValue(ctx context.Context, h *handle) (*credential, secret.Secret, error) {
	c, err := s.rights.credential(ctx, h.Credential)
	if err != nil {
		return nil, secret.Secret{}, err
	}
	if c == nil || c.uid != h.UID || c.version != h.Version {
		return nil, secret.Secret{}, handleInvalid(errors.New("the credential has changed"))
	}
	value, err := s.sealer.open(ctx, c.credential, c.sealed)
	return &c.credential, value, err
}

func egressKind(k vaultv1.SlotKind) egress.SlotKind {
	switch k {
	case vaultv1.SlotKind_SLOT_KIND_HEADER:
		return egress.Header
	case vaultv1.SlotKind_SLOT_KIND_QUERY:
		return egress.Query
	case vaultv1.SlotKind_SLOT_KIND_BASIC:
		return egress.Basic
	default:
		return egress.Bearer
	}
}

// refuseUse audits a refusal for the owner of the right and returns the error.
// What is a fault of ours is not a refusal.
func (s *Service) refuseUse(ctx context.Context, action string, h *handle, err error) error {
	if e := ended(ctx); e != nil { // under it: what failed by that is not the reason
		err = e
	}
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_INTERNAL, errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_DEADLINE_EXCEEDED:
		return err
	}
	e := s.event(ctx, h.Workspace, action, h.credentialLabel())
	e.actor = h.Peer // never who asked the peer: that may be a visitor
	e.outcome = strings.ToLower(strings.TrimPrefix(errs.ReasonOf(err).String(), "REASON_"))
	for k, v := range map[string]string{
		"run": h.Run, "step": h.Step, "field": h.Field, "attempt": itoa(h.Attempt), "share": h.Share, "destination": h.Destination,
	} {
		if v != "" {
			e.details[k] = v
		}
	}
	s.refused(ctx, e)
	return err
}
