package registry

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
)

// GetRunModel describes a model of a run grant.
func (f *internalFace) GetRunModel(ctx context.Context, r *registryinternalv1.GetRunModelRequest) (*registryinternalv1.RunModel, error) {
	m, v, err := f.granted(ctx, r.GetGrant(), r.GetVersion())
	if err != nil {
		return nil, err
	}
	return &registryinternalv1.RunModel{Version: v.versionName.String(), Sha256: v.sha256, SizeBytes: v.size, Task: m.task}, nil
}

// granted finds a version that the grant lists. The grant is all the right there
// is: the peer that shows it has none of its own.
func (s *Service) granted(ctx context.Context, token, name string) (model, version, error) {
	claims, err := grant.Verify(s.verifier, token, caller.Peer(ctx), s.now())
	if err != nil {
		return model{}, version{}, err
	}
	if !claims.HasModel(name) {
		return model{}, version{}, grant.Invalid(errors.New("the grant does not list this model"))
	}
	n, err := parseVersion(name)
	if err != nil {
		return model{}, version{}, err
	}
	return s.ready(ctx, n)
}

// downloadChunk is what one message carries.
const downloadChunk = 256 << 10

// DownloadRunModel streams the artifact of a model of a run grant.
func (f *internalFace) DownloadRunModel(r *registryinternalv1.DownloadRunModelRequest, stream grpc.ServerStreamingServer[registryinternalv1.DownloadRunModelResponse]) error {
	_, v, err := f.granted(stream.Context(), r.GetGrant(), r.GetVersion())
	if err != nil {
		return err
	}
	artifact, err := f.bucket.NewReader(stream.Context(), blobKey(v), nil)
	if err != nil {
		return errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "the model's file cannot be read now; try again later").Because(err)
	}
	defer func() { _ = artifact.Close() }()
	buf := make([]byte, downloadChunk)
	for {
		n, err := io.ReadFull(artifact, buf)
		if n > 0 {
			if serr := stream.Send(&registryinternalv1.DownloadRunModelResponse{Chunk: buf[:n]}); serr != nil {
				return serr
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		default:
			return errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "the model's file cannot be read now; try again later").Because(err)
		}
	}
}
