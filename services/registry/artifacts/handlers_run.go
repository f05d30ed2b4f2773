package artifacts

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// InternalHandlers implements the methods for artifacts on the internal endpoint. A run grant is the
// only right here. The peer that presents it has no other right.
type InternalHandlers struct {
	store    *Store
	verifier *identity.Verifier
	now      func() time.Time
}

// NewInternalHandlers makes handlers.
func NewInternalHandlers(store *Store, verifier *identity.Verifier, now func() time.Time) *InternalHandlers {
	return &InternalHandlers{store: store, verifier: verifier, now: now}
}

// GetRunModel describes a model of a run grant.
func (h *InternalHandlers) GetRunModel(ctx context.Context, r *registryinternalv1.GetRunModelRequest) (*registryinternalv1.RunModel, error) {
	m, v, err := h.granted(ctx, caller.Peer(ctx), r)
	if err != nil {
		return nil, err
	}
	return runModel(m, v), nil
}

// grantRequest is a request that shows a grant.
type grantRequest interface {
	GetGrant() string
	GetVersion() string
}

// granted reads a version that the grant of the request lists, if the grant is for this peer.
func (h *InternalHandlers) granted(ctx context.Context, peer string, r grantRequest) (models.Model, models.Version, error) {
	claims, err := grant.Verify(h.verifier, r.GetGrant(), peer, h.now())
	if err != nil {
		return models.Model{}, models.Version{}, err
	}
	if !claims.HasModel(r.GetVersion()) {
		return models.Model{}, models.Version{}, notGranted()
	}
	n, err := models.ParseVersion(r.GetVersion())
	if err != nil {
		return models.Model{}, models.Version{}, err
	}
	m, v, err := h.store.models.Ready(ctx, n)
	return m, v, models.Error(err)
}

// DownloadRunModel streams the artifact of a model of a run grant.
func (h *InternalHandlers) DownloadRunModel(r *registryinternalv1.DownloadRunModelRequest, stream grpc.ServerStreamingServer[registryinternalv1.DownloadRunModelResponse]) error {
	ctx := stream.Context()
	_, v, err := h.granted(ctx, caller.Peer(ctx), r)
	if err != nil {
		return err
	}
	file, err := h.store.bucket.NewReader(ctx, artifactOf(v).key(), nil)
	if err != nil {
		return cannotRead(err)
	}
	defer func() { _ = file.Close() }()
	return send(file, stream)
}

// chunkBytes is the part of an artifact in one message, in bytes.
const chunkBytes = 256 << 10

func send(file io.Reader, stream grpc.ServerStreamingServer[registryinternalv1.DownloadRunModelResponse]) error {
	buf := make([]byte, chunkBytes)
	for {
		n, err := io.ReadFull(file, buf)
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
			return cannotRead(err)
		}
	}
}
