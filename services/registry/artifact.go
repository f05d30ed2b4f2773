package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/id"
)

// blobKey is where an artifact lies. Each upload has a place of its own, so that who
// uploads what another has cannot tell, and so that nothing that is deleted can be
// what somebody is about to refer to.
func blobKey(v version) string { return v.workspace + "/" + v.blob }

const (
	// keepWithin bounds how long an artifact is on its way into the bucket, so that it is
	// never swept as one that was given up.
	keepWithin = time.Hour
	// settleWithin bounds how long an artifact that was stored waits for its row. Its
	// client may be gone by then.
	settleWithin = 10 * time.Second
)

const (
	// maxUploads at the same time each have a file of up to MaxArtifact in Scratch. One
	// workspace has at most half of them.
	maxUploads = 16
	// uploadPatience is how long an upload waits for one of its workspace to end.
	uploadPatience = 5 * time.Second
)

type upload = grpc.ClientStreamingServer[registryv1.UploadArtifactRequest, registryv1.ModelVersion]

// UploadArtifact takes the artifact of a pending version. Nothing is kept of one
// that breaks off: the version goes on waiting, and the upload can be repeated.
func (f *publicFace) UploadArtifact(stream upload) error {
	v, err := f.pending(stream)
	if err != nil {
		return err
	}
	place, err := f.uploads.Acquire(stream.Context(), 1, fair.ClientOf(caller.From(stream.Context())))
	if err != nil {
		return err
	}
	defer place.Release()
	file, err := os.CreateTemp(f.cfg.Scratch, "keyhole-upload-*")
	if err != nil {
		return cannotStore(err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	if err := f.receive(stream, file, &v); err != nil {
		return err
	}
	if err := f.open(stream.Context(), file, &v); err != nil {
		return err
	}
	if err := f.settle(stream.Context(), file, v); err != nil {
		return err
	}
	if v.state == registryv1.State_STATE_FAILED {
		return errs.InvalidArgument(errorsv1.Reason_REASON_MODEL_INVALID, "the file is not a model that can be opened: %s", v.problem).
			With("version", v.versionName.String())
	}
	return stream.SendAndClose(v.proto())
}

// pending reads the first message, whose workspace the access rule has checked,
// and finds the version that awaits its artifact.
func (f *publicFace) pending(stream upload) (version, error) {
	first, err := stream.Recv()
	if err != nil {
		return version{}, err
	}
	n, err := parseVersion(first.GetName())
	if err != nil {
		return version{}, err
	}
	v, err := f.store.version(stream.Context(), n)
	if err != nil {
		return version{}, err
	}
	if v.state != registryv1.State_STATE_PENDING {
		return version{}, errs.FailedPrecondition(errorsv1.Reason_REASON_CONFLICT, "this version has its artifact already; versions do not change, make a new one")
	}
	return v, nil
}

// receive writes the stream to file and hashes it on its way.
func (f *publicFace) receive(stream upload, file *os.File, v *version) error {
	hash := sha256.New()
	to := io.MultiWriter(file, hash)
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if v.size += int64(len(part.GetChunk())); v.size > f.cfg.MaxArtifact {
			return errs.InvalidArgument(errorsv1.Reason_REASON_REQUEST_TOO_LARGE, "the artifact is larger than %d bytes", f.cfg.MaxArtifact)
		}
		if _, err := to.Write(part.GetChunk()); err != nil {
			return cannotStore(err)
		}
	}
	if v.size == 0 {
		return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the artifact is empty")
	}
	v.sha256 = hex.EncodeToString(hash.Sum(nil))
	return nil
}

// cannotStore is for a disk or a bucket that is full or away.
func cannotStore(err error) error {
	return errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "the artifact cannot be stored now; try again later").Because(err)
}

// settle stores the artifact of a version that is ready, and ends the version's wait. That
// the artifact is on its way is written down first: who dies in between leaves no
// artifact that nobody knows of.
func (s *Service) settle(ctx context.Context, file *os.File, v version) error {
	if v.state == registryv1.State_STATE_READY {
		v.blob = id.New("art")
		if err := s.store.loosen(ctx, v, s.now()); err != nil {
			return err
		}
		if err := s.keep(ctx, file, v); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	err := s.store.settle(ctx, v)
	// Another upload was first, or the version is gone. Of any other failure it is not
	// known whether the row has the artifact.
	if errs.CodeOf(err) == codes.NotFound && v.blob != "" {
		s.dropBlobs(ctx, v)
	}
	return err
}

// keep copies the opened file into the blob store.
func (s *Service) keep(ctx context.Context, file *os.File, v version) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind upload: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, keepWithin)
	defer cancel()
	err := s.bucket.Upload(ctx, blobKey(v), file, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return cannotStore(err)
	}
	return nil
}

// dropBlobs deletes artifacts of versions that are gone. One that stays by a failure is
// swept later, so it is logged.
func (s *Service) dropBlobs(ctx context.Context, gone ...version) {
	for _, v := range gone {
		if err := s.dropBlob(ctx, v); err != nil {
			s.log.WarnContext(ctx, "artifact was not deleted", "workspace", v.workspace, "artifact", v.blob, "error", err)
		}
	}
}

// dropBlob deletes an artifact, unless it is still another version's, from before each
// upload had its own.
func (s *Service) dropBlob(ctx context.Context, v version) error {
	used, err := s.store.usedBlob(ctx, v)
	if err != nil {
		return err
	}
	if !used {
		if err := s.bucket.Delete(ctx, blobKey(v)); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return err
		}
	}
	return s.store.forget(ctx, v)
}
