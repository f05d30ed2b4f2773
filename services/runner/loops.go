package runner

import "context"

// Run keeps the leases of runs until ctx ends, and then waits for the runs in progress.
func (s *Service) Run(ctx context.Context) error {
	s.inflight.Run(ctx, s.cfg.StopWithin)
	return nil
}
