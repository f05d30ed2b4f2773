package artifacts

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/registry/migrations"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// shelf returns a store with the model "acme/m".
type shelf struct {
	*Store
	t    *testing.T
	file *os.File
}

func newShelf(t *testing.T, url string) *shelf {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, migrations.Files, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	bucket, err := fileblob.OpenBucket(t.TempDir(), &fileblob.Options{NoTempDir: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	path := filepath.Join(t.TempDir(), "artifact")
	if err := os.WriteFile(path, []byte("the same bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	s := &shelf{Store: NewStore(db, models.NewStore(db), bucket, testkit.Logger(t), time.Now), t: t, file: file}
	if err := s.models.Create(t.Context(), models.Model{Name: models.Name{Workspace: "acme", Model: "m"}, Created: time.Now()}); err != nil {
		t.Fatal(err)
	}
	return s
}

// pending returns a new version whose artifact has been opened but not stored.
func (s *shelf) pending() models.Version {
	s.t.Helper()
	v, err := s.models.CreateVersion(s.t.Context(), models.Name{Workspace: "acme", Model: "m"}, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	v.State, v.SHA256, v.Size = registryv1.State_STATE_READY, "5a3e", 14
	return v
}

func (s *shelf) handlers() *models.Handlers {
	return models.NewHandlers(s.models, s.Store, nil, s.now)
}

func (s *shelf) settled(v models.Version) {
	s.t.Helper()
	if err := s.publish(s.t.Context(), s.file, v); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) remove(v models.Version) {
	s.t.Helper()
	if _, err := s.handlers().DeleteModelVersion(s.t.Context(), &registryv1.DeleteModelVersionRequest{Name: v.VersionName.String()}); err != nil {
		s.t.Fatal(err)
	}
}

// whole checks that the artifact of a ready version exists.
func (s *shelf) whole(v models.Version) {
	s.t.Helper()
	_, v, err := s.models.Ready(s.t.Context(), v.VersionName)
	if err != nil {
		s.t.Fatal(err)
	}
	got, err := s.bucket.ReadAll(s.t.Context(), artifactOf(v).key())
	if err != nil || !bytes.Equal(got, []byte("the same bytes")) {
		s.t.Errorf("%s is ready, and its artifact is %q, %v", v.VersionName, got, err)
	}
}

func (s *shelf) artifacts() (n int) {
	s.t.Helper()
	for page := blob.FirstPageToken; page != nil; {
		list, next, err := s.bucket.ListPage(s.t.Context(), page, 100, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		n, page = n+len(list), next
	}
	return n
}

// A version with the same bytes is deleted while an upload has stored its artifact but not
// its row.
func TestDeletionTakesNothingFromAnUploadInFlight(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		first, second := s.pending(), s.pending()
		s.settled(first)
		second.Blob = "art_in-flight"
		if err := s.copy(t.Context(), s.file, artifactOf(second)); err != nil {
			t.Fatal(err)
		}
		s.remove(first)
		if err := s.setVersion(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		s.whole(second)
		s.remove(second)
		if n := s.artifacts(); n != 0 {
			t.Errorf("%d artifacts are left of no version", n)
		}
	})
}

// The second of two uploads to one version leaves nothing, and deletes nothing of the first.
func TestAnUploadThatWasTooLateIsNotKept(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		v := s.pending()
		s.settled(v)
		if err := s.publish(t.Context(), s.file, v); err == nil {
			t.Error("a version was settled twice")
		}
		s.whole(v)
		if n := s.artifacts(); n != 1 {
			t.Errorf("%d artifacts of one version", n)
		}
		gone := s.pending()
		if _, err := s.handlers().DeleteModel(t.Context(), &registryv1.DeleteModelRequest{Name: "workspaces/acme/models/m"}); err != nil {
			t.Fatal(err)
		}
		if err := s.publish(t.Context(), s.file, gone); err == nil {
			t.Error("a version of a deleted model was settled")
		}
		if n := s.artifacts(); n != 0 {
			t.Errorf("%d artifacts are left of no model", n)
		}
	})
}

// Versions from before each upload had its own key share one key.
func TestASharedArtifactStaysForTheOther(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		first, second := s.pending(), s.pending()
		first.Blob, second.Blob = "5a3e", "5a3e"
		for _, v := range []models.Version{first, second} {
			if err := s.copy(t.Context(), s.file, artifactOf(v)); err != nil {
				t.Fatal(err)
			}
			if err := s.setVersion(t.Context(), v); err != nil {
				t.Fatal(err)
			}
		}
		s.remove(first)
		s.whole(second)
		s.remove(second)
		if n := s.artifacts(); n != 0 {
			t.Errorf("%d artifacts are left of no version", n)
		}
	})
}
