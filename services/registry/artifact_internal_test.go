package registry

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
)

// shelf is a registry without servers, with the model "acme/m".
type shelf struct {
	*Service
	t    *testing.T
	file *os.File
}

func newShelf(t *testing.T, url string) *shelf {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, Migrations(), sqldb.Options{})
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
	s := &shelf{Service: &Service{store: &store{db}, bucket: bucket, log: testkit.Logger(t), now: time.Now}, t: t, file: file}
	if err := s.store.createModel(t.Context(), model{modelName: modelName{"acme", "m"}, created: time.Now()}); err != nil {
		t.Fatal(err)
	}
	return s
}

// pending is a new version whose artifact has been opened, and not yet stored.
func (s *shelf) pending() version {
	s.t.Helper()
	v, err := s.store.createVersion(s.t.Context(), modelName{"acme", "m"}, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	v.state, v.sha256, v.size = registryv1.State_STATE_READY, "5a3e", 14
	return v
}

func (s *shelf) settled(v version) {
	s.t.Helper()
	if err := s.settle(s.t.Context(), s.file, v); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) remove(v version) {
	s.t.Helper()
	if _, err := (&publicFace{Service: s.Service}).DeleteModelVersion(s.t.Context(), &registryv1.DeleteModelVersionRequest{Name: v.versionName.String()}); err != nil {
		s.t.Fatal(err)
	}
}

// whole checks that a version that is ready has its artifact.
func (s *shelf) whole(v version) {
	s.t.Helper()
	_, v, err := s.ready(s.t.Context(), v.versionName)
	if err != nil {
		s.t.Fatal(err)
	}
	got, err := s.bucket.ReadAll(s.t.Context(), blobKey(v))
	if err != nil || !bytes.Equal(got, []byte("the same bytes")) {
		s.t.Errorf("%s is ready, and its artifact is %q, %v", v.versionName, got, err)
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

// An upload is between its artifact and its row when a version of equal bytes is
// deleted.
func TestDeletionTakesNothingFromAnUploadInFlight(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		first, second := s.pending(), s.pending()
		s.settled(first)
		second.blob = "art_in-flight"
		if err := s.keep(t.Context(), s.file, second); err != nil {
			t.Fatal(err)
		}
		s.remove(first)
		if err := s.store.settle(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		s.whole(second)
		s.remove(second)
		if n := s.artifacts(); n != 0 {
			t.Errorf("%d artifacts are left of no version", n)
		}
	})
}

// Of two uploads to one version the second leaves nothing, and takes nothing along.
func TestAnUploadThatWasTooLateIsNotKept(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		v := s.pending()
		s.settled(v)
		if err := s.settle(t.Context(), s.file, v); err == nil {
			t.Error("a version was settled twice")
		}
		s.whole(v)
		if n := s.artifacts(); n != 1 {
			t.Errorf("%d artifacts of one version", n)
		}
		gone := s.pending()
		if _, err := (&publicFace{Service: s.Service}).DeleteModel(t.Context(), &registryv1.DeleteModelRequest{Name: "workspaces/acme/models/m"}); err != nil {
			t.Fatal(err)
		}
		if err := s.settle(t.Context(), s.file, gone); err == nil {
			t.Error("a version of a deleted model was settled")
		}
		if n := s.artifacts(); n != 0 {
			t.Errorf("%d artifacts are left of no model", n)
		}
	})
}

// Versions from before each upload had a place of its own share one.
func TestASharedArtifactStaysForTheOther(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newShelf(t, url)
		first, second := s.pending(), s.pending()
		first.blob, second.blob = "5a3e", "5a3e"
		for _, v := range []version{first, second} {
			if err := s.keep(t.Context(), s.file, v); err != nil {
				t.Fatal(err)
			}
			if err := s.store.settle(t.Context(), v); err != nil {
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
