package registry

import (
	"context"
	"fmt"
	"time"
)

const (
	sweepEvery = time.Hour
	// looseLife is how long an artifact that no version names stays. It is far longer
	// than an upload takes, so that none that is under way loses its artifact.
	looseLife = 24 * time.Hour
	// sweepPage is how many are looked at together.
	sweepPage = 100
)

// Run deletes artifacts that no version names, at start and then each hour, until ctx
// ends. Every replica does: deleting one twice does no harm.
//
// It goes by what the database says was begun and not by what the bucket holds: a bucket
// that another installation uses too, or that is opened with the wrong database, must
// not lose what is not this database's.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "artifacts of no version were not swept", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// sweep looks at all once, page by page. What cannot be deleted is logged, and looked at
// again the next time; it keeps nothing behind it.
func (s *Service) sweep(ctx context.Context) error {
	before := s.now().Add(-looseLife)
	for last := (version{}); ; {
		page, err := s.store.loose(ctx, before, last, sweepPage)
		if err != nil {
			return fmt.Errorf("list artifacts of no version: %w", err)
		}
		s.dropBlobs(ctx, page...)
		if len(page) < sweepPage {
			return nil
		}
		last = page[len(page)-1]
	}
}
