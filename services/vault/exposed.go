package vault

import (
	"context"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
)

// A value that has caused as many suspensions as it may is exposed: no link uses it any
// more, old or new, until its owner stores another value. The rows of suspensions say so
// on every read of a credential, so that there is no second state that could be missed.

// mayOpen refuses to grant an exposed value, now or again. A grant that already has it is
// written for other reasons too, such as new limits, and lets no run use it.
func (g *credentialGrant) mayOpen(earlier *credentialGrant, resume bool) error {
	for _, slot := range g.slots {
		if slot.exposed && (resume || !earlier.has(slot)) {
			return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_EXPOSED,
				"the guard has stopped links because of credential %q, and visitors may know a part of its value: "+
					"make a new key at the provider, store it as the credential's new value, then open or resume the link", slot.Credential).
				With("credential", slot.Credential)
		}
	}
	return nil
}

// has reports whether a grant covers the credential of a slot. A nil grant has none.
func (g *credentialGrant) has(slot grantedSlot) bool {
	return g != nil && slices.ContainsFunc(g.slots, func(s grantedSlot) bool { return s.Credential == slot.Credential })
}

// exposedMeanwhile reports whether a run's value was exposed while the run went on. The
// run that was the reason hears of it as a failure of its provider.
func (s *Service) exposedMeanwhile(ctx context.Context, run string, a attempts.Attempt) (bool, error) {
	c, err := s.credentials.Current(ctx, a.Credential)
	if err != nil || c == nil || !c.Exposed || c.Version != a.CredentialVersion {
		return false, err
	}
	p, err := s.memory.SuspensionOf(ctx, a.Workspace, a.Share)
	return err == nil && (p == nil || p.Run != run), err
}
