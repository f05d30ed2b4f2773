package artifacts

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// uploading returns an upload whose artifact is stored and whose row is not yet written.
func (s *shelf) uploading(since time.Time) models.Version {
	s.t.Helper()
	v := s.pending()
	v.Blob = fmt.Sprintf("art_%d", v.Number)
	if err := s.addOrphan(s.t.Context(), since, artifactOf(v)); err != nil {
		s.t.Fatal(err)
	}
	if err := s.copy(s.t.Context(), s.file, artifactOf(v)); err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *shelf) rename(table, to string) {
	s.t.Helper()
	err := s.db.Group(s.t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "ALTER TABLE "+table+" RENAME TO "+to)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// swept sweeps after the given time, and counts the objects in the bucket.
func (s *shelf) swept(later time.Duration) int {
	s.t.Helper()
	s.now = func() time.Time { return time.Now().Add(later) }
	if err := s.sweep(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return s.artifacts()
}

// noted counts the artifacts that are recorded as orphans.
func (s *shelf) noted() int {
	s.t.Helper()
	all, err := s.orphans(s.t.Context(), time.Now().Add(1000*time.Hour), artifact{}, 10_000)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(all)
}

// A process that dies between an artifact and its row leaves an artifact for a day.
func TestWhatAnUploadLeftBehindIsSwept(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		named := s.pending()
		s.settled(named)
		died := s.pending()
		s.rename("model_versions", "away") // the row cannot be written
		if err := s.publish(t.Context(), s.file, died); err == nil {
			t.Fatal("a version was settled without its row")
		}
		s.rename("away", "model_versions")
		if n := s.swept(23 * time.Hour); n != 2 {
			t.Errorf("%d artifacts are left of an upload that may be under way, want both", n)
		}
		if n := s.swept(25 * time.Hour); n != 1 {
			t.Errorf("%d artifacts are left, want that of the version", n)
		}
		s.whole(named)
		s.settled(died) // again, with another artifact
		if v, err := s.models.Version(t.Context(), died.VersionName); err != nil || v.State != registryv1.State_STATE_READY {
			t.Errorf("the version that waited is %v, %v", v.State, err)
		}
		if n := s.swept(25 * time.Hour); n != 2 || s.noted() != 0 {
			t.Errorf("%d artifacts of two versions, %d noted", n, s.noted())
		}
	})
}

// An artifact that a version names stays even if it is recorded as an orphan: if the answer
// to a write was lost, nobody knows whether it succeeded.
func TestTheSweepTakesNothingThatIsNamed(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		v := s.uploading(time.Now())
		if err := s.setVersion(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		if err := s.addOrphan(t.Context(), time.Now(), artifactOf(v)); err != nil {
			t.Fatal(err)
		}
		if n := s.swept(25 * time.Hour); n != 1 || s.noted() != 0 {
			t.Errorf("%d artifacts of one version, %d noted", n, s.noted())
		}
		s.whole(v)
		// The sweep keeps objects that this database does not know: others may use the
		// bucket too.
		if err := s.bucket.WriteAll(t.Context(), "acme/art_of-another", []byte("x"), nil); err != nil {
			t.Fatal(err)
		}
		if n := s.swept(1000 * time.Hour); n != 2 {
			t.Errorf("%d artifacts, want that of another installation as well", n)
		}
	})
}

// A process that dies between deleting rows and deleting their artifacts.
func TestWhatADeletionLeftBehindIsSwept(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		one, other := s.pending(), s.pending()
		s.settled(one)
		s.settled(other)
		if _, err := s.models.DeleteVersion(t.Context(), one.VersionName, s.Orphan); err != nil {
			t.Fatal(err)
		}
		if _, err := s.models.Delete(t.Context(), one.Name, s.Orphan); err != nil {
			t.Fatal(err)
		}
		if n := s.artifacts(); n != 2 {
			t.Fatalf("%d artifacts", n)
		}
		if n := s.swept(25 * time.Hour); n != 0 || s.noted() != 0 {
			t.Errorf("%d artifacts are left of no model, %d noted", n, s.noted())
		}
	})
}

// Replicas sweep at the same time, more than a page, while uploads finish.
func TestReplicasSweepTogether(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		longAgo := time.Now().Add(-25 * time.Hour)
		for range 2*sweepPage + 1 {
			s.uploading(longAgo)
		}
		var ending []models.Version
		for range 5 {
			ending = append(ending, s.uploading(time.Now()))
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := s.sweep(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		for _, v := range ending {
			if err := s.setVersion(t.Context(), v); err != nil {
				t.Error(err)
			}
		}
		all.Wait()
		if n := s.artifacts(); n != len(ending) || s.noted() != 0 {
			t.Errorf("%d artifacts of %d versions, %d noted", n, len(ending), s.noted())
		}
		for _, v := range ending {
			s.whole(v)
		}
	})
}

// It sweeps at start, and ends with its context.
func TestRunSweepsAtStart(t *testing.T) {
	t.Parallel()
	s := newShelf(t, testkit.SQLite(t))
	s.uploading(time.Now().Add(-25 * time.Hour))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); s.noted() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing is swept")
		}
	}
	if n := s.artifacts(); n != 0 {
		t.Errorf("%d artifacts are left", n)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
