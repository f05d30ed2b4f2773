package calls

import (
	"context"
	"errors"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// checkRights checks the rights that a handle rests on, as they were at most recent.MaxAge ago. It sets the
// credential's version in a new handle. In a handle that is used, the version must be the current one.
func (s *InternalHandlers) checkRights(ctx context.Context, h *handle) error {
	if err := s.runs.Alive(ctx, h.Run); err != nil {
		return err
	}
	for _, name := range []string{h.ChargedKey, h.Owner} {
		if name == "" {
			continue
		}
		if err := s.keys.Alive(ctx, name); err != nil {
			return err
		}
	}
	if h.Input != "" {
		return nil
	}
	c, err := s.credentials.Current(ctx, h.Credential)
	if err != nil {
		return err
	}
	switch {
	case c == nil || (h.UID != "" && h.UID != c.UID):
		return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN,
			"the credential of step %s no longer exists; its owner must store it again", h.Step).With("step", h.Step)
	case !slices.Contains(c.Hosts, h.Destination):
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED,
			"the credential of step %s may not go to %s", h.Step, h.Destination).With("step", h.Step)
	case h.Version != 0 && h.Version != c.Version:
		return handleInvalid(errors.New("the credential has a new version"))
	}
	h.UID, h.Version = c.UID, c.Version
	if h.Share == "" {
		return nil
	}
	if _, err = s.coveringGrant(ctx, h); err == nil && c.Exposed {
		return revocation.Paused() // until its owner stores a new value
	}
	return err
}

// coveringGrant finds the grant that covers the slot of a handle.
func (s *InternalHandlers) coveringGrant(ctx context.Context, h *handle) (*credentialgrants.Grant, error) {
	g, err := s.grants.Current(ctx, h.Workspace, h.Share)
	if err != nil {
		return nil, err
	}
	if g == nil || g.Workspace != h.Workspace {
		return nil, grant.Invalid(errors.New("no credential grant covers this slot"))
	}
	_, id, _ := resource.Split(h.Credential, "credentials")
	granted, ok := g.Slot(h.VersionHash, h.Step, h.Field)
	switch {
	case !ok || granted.Credential != id || granted.Destination != h.Destination:
		return nil, grant.Invalid(errors.New("no credential grant covers this slot"))
	case g.SuspendTime.Valid:
		return nil, s.suspensionError(ctx, h)
	case granted.UID != h.UID:
		// The credential changed since the grant. The owner must confirm it.
		return nil, revocation.Paused()
	}
	return g, nil
}

// quotaOf is the quota of the grant that covers a handle; nil for a credential that is not hidden.
func (s *InternalHandlers) quotaOf(ctx context.Context, h *handle) (*credentialgrants.Quota, error) {
	if h.Share == "" {
		return nil, nil
	}
	g, err := s.coveringGrant(ctx, h)
	if err != nil {
		return nil, err
	}
	return s.grants.Quota(g), nil
}

// suspensionError is the error of a handle of a suspended share. The run that caused the suspension gets the
// error of a failed provider again, so that a retry does not tell its visitor about the suspension.
func (s *InternalHandlers) suspensionError(ctx context.Context, h *handle) error {
	p, err := s.memory.SuspensionOf(ctx, h.Workspace, h.Share)
	switch {
	case err != nil:
		return err
	case p != nil && p.Run == h.Run:
		return withholding.ProviderFailed()
	default:
		return revocation.Paused()
	}
}
