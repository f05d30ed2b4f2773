package vault

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/vault/attempts"
)

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
