package artifacts

import (
	"context"
	"fmt"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

const (
	sweepInterval = time.Hour
	// orphanLife is how long an artifact without a version stays. It is far longer than an upload
	// takes, so that no upload in progress loses its artifact.
	orphanLife = 24 * time.Hour
	// sweepPage is how many rows are read together.
	sweepPage = 100
)

// Run deletes artifacts that no version has, at start and then each hour, until ctx ends. Every
// replica does this. Two deletions of one artifact do no harm.
func (s *Store) Run(ctx context.Context) error {
	sweep := func(ctx context.Context) {
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "orphaned artifacts not swept", "error", err)
		}
	}
	sweep(ctx)
	retry.Every(ctx, sweepInterval, sweep)
	return nil
}

// sweep visits all orphans once, page by page. An artifact that cannot be deleted is logged and
// tried again by the next sweep. It does not stop this one.
func (s *Store) sweep(ctx context.Context) error {
	before := s.now().Add(-orphanLife)
	for last := (artifact{}); ; {
		page, err := s.orphans(ctx, before, last, sweepPage)
		if err != nil {
			return fmt.Errorf("list orphaned artifacts: %w", err)
		}
		for _, a := range page {
			s.drop(ctx, a)
		}
		if len(page) < sweepPage {
			return nil
		}
		last = page[len(page)-1]
	}
}
