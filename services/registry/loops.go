package registry

import "context"

// Run deletes artifacts that no version has, until ctx ends.
func (s *Service) Run(ctx context.Context) error { return s.artifacts.Run(ctx) }
