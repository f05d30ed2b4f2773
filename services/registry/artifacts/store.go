package artifacts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

const (
	// storeTimeout bounds the copy of an artifact into the bucket. It is far less than orphanLife,
	// so the sweep never deletes an artifact that is on its way.
	storeTimeout = time.Hour
	// publishTimeout bounds the write of the row after the artifact is stored. The client may be
	// gone by then.
	publishTimeout = 10 * time.Second
)

// Store keeps artifacts in the bucket.
type Store struct {
	db     *sqldb.DB
	models *models.Store
	bucket *blob.Bucket
	log    *slog.Logger
	now    func() time.Time
}

// NewStore uses a database with the registry's schema.
func NewStore(db *sqldb.DB, versions *models.Store, bucket *blob.Bucket, log *slog.Logger, now func() time.Time) *Store {
	return &Store{db: db, models: versions, bucket: bucket, log: log, now: now}
}

// publish stores the artifact of a version that is ready and sets the state of the version. It
// records the artifact as an orphan first, so that a crash in between leaves no unknown file.
func (s *Store) publish(ctx context.Context, file *os.File, v models.Version) error {
	if v.State == registryv1.State_STATE_READY {
		v.Blob = id.New("art")
		if err := s.addOrphan(ctx, s.now(), artifactOf(v)); err != nil {
			return err
		}
		if err := s.copy(ctx, file, artifactOf(v)); err != nil {
			return err
		}
	}
	// The artifact is stored, so its version gets it even if the client has left.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	err := s.setVersion(ctx, v)
	// No row means that another upload was first, or that the version was deleted. After any
	// other failure the row may have the artifact, so the artifact stays.
	if errors.Is(err, sqldb.ErrNoRow) && v.Blob != "" {
		s.drop(ctx, artifactOf(v))
	}
	return err
}

// setVersion sets the state and the artifact of a pending version. In the same transaction it
// deletes the record of the orphan, so that the sweep never deletes an artifact that a version
// has.
func (s *Store) setVersion(ctx context.Context, v models.Version) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := models.MarkOpened(ctx, tx, v); err != nil {
			return err
		}
		return deleteOrphan(ctx, tx, artifactOf(v))
	})
}

// copy copies the uploaded file into the bucket.
func (s *Store) copy(ctx context.Context, file *os.File, a artifact) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind upload: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := s.bucket.Upload(ctx, a.key(), file, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return cannotStore(err)
	}
	return nil
}

// Orphan implements models.Artifacts.
func (s *Store) Orphan(ctx context.Context, tx *sql.Tx, gone []models.Version) error {
	now := s.now()
	for _, v := range gone {
		if err := insertOrphan(ctx, tx, now, artifactOf(v)); err != nil {
			return err
		}
	}
	return nil
}

// Drop implements models.Artifacts.
func (s *Store) Drop(ctx context.Context, gone []models.Version) {
	for _, v := range gone {
		s.drop(ctx, artifactOf(v))
	}
}

// drop deletes an artifact. If that fails, the sweep does it later.
func (s *Store) drop(ctx context.Context, a artifact) {
	if err := s.delete(ctx, a); err != nil {
		s.log.WarnContext(ctx, "artifact not deleted; the sweep will try again", "workspace", a.workspace, "artifact", a.blob, "error", err)
	}
}

// delete deletes an artifact unless another version has it. Versions from before each upload had
// its own key share one.
func (s *Store) delete(ctx context.Context, a artifact) error {
	used, err := s.models.UsesBlob(ctx, a.workspace, a.blob)
	if err != nil {
		return err
	}
	if !used {
		if err := s.bucket.Delete(ctx, a.key()); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return err
		}
	}
	return s.removeOrphan(ctx, a)
}
