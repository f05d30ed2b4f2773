package artifacts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"

	"google.golang.org/grpc"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

const (
	// maxUploads bounds concurrent uploads. Each has a file of up to MaxBytes in Scratch. One
	// workspace has at most half of them.
	maxUploads = 16
	// uploadTimeout is how long an upload waits for another upload of its workspace to end.
	uploadTimeout = 5 * time.Second
)

// Handlers implements the methods for artifacts on the public endpoint.
type Handlers struct {
	store     *Store
	inspector *Inspector
	maxBytes  int64
	uploads   *fair.Pool
}

// NewHandlers makes handlers. They accept artifacts of at most maxBytes.
func NewHandlers(store *Store, inspector *Inspector, maxBytes int64) *Handlers {
	return &Handlers{
		store: store, inspector: inspector, maxBytes: maxBytes,
		uploads: fair.New(fair.Limits{What: "uploads", Capacity: maxUploads, WaitTimeout: uploadTimeout, Waiting: 16, WholeTenant: true}),
	}
}

type uploadStream = grpc.ClientStreamingServer[registryv1.UploadArtifactRequest, registryv1.ModelVersion]

// UploadArtifact takes the artifact of a pending version. If an upload breaks off, nothing of it
// is kept and the version stays pending, so the upload can be repeated.
func (h *Handlers) UploadArtifact(stream uploadStream) error {
	v, err := h.pending(stream)
	if err != nil {
		return err
	}
	v, err = h.upload(fair.ClientOf(caller.From(stream.Context())), stream, v)
	if err != nil {
		return err
	}
	if v.State == registryv1.State_STATE_FAILED {
		return notAModel(v)
	}
	return stream.SendAndClose(v.Message())
}

// pending reads the first message and finds the version that waits for its artifact. The access
// rule has checked the workspace in that message.
func (h *Handlers) pending(stream uploadStream) (models.Version, error) {
	first, err := stream.Recv()
	if err != nil {
		return models.Version{}, err
	}
	n, err := models.ParseVersion(first.GetName())
	if err != nil {
		return models.Version{}, err
	}
	v, err := h.store.models.Version(stream.Context(), n)
	if err != nil {
		return models.Version{}, models.Error(err)
	}
	if v.State != registryv1.State_STATE_PENDING {
		return models.Version{}, notPending()
	}
	return v, nil
}

// upload receives, opens and publishes an artifact for a client.
func (h *Handlers) upload(client fair.Client, stream uploadStream, v models.Version) (models.Version, error) {
	ctx := stream.Context()
	place, err := h.uploads.Acquire(ctx, 1, client)
	if err != nil {
		return v, err
	}
	defer place.Release()
	file, err := os.CreateTemp(h.inspector.scratch, "keyhole-upload-*")
	if err != nil {
		return v, cannotStore(err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	if v.Size, v.SHA256, err = h.receive(stream, file); err != nil {
		return v, err
	}
	m, err := h.store.models.Get(ctx, v.Name)
	if err != nil {
		return v, models.Error(err)
	}
	if err := h.inspector.Open(ctx, client, file, m.Task, &v); err != nil {
		return v, err
	}
	return v, models.Error(h.store.publish(ctx, file, v))
}

// receive writes the stream to a file and hashes it on the way.
func (h *Handlers) receive(stream uploadStream, file *os.File) (size int64, digest string, err error) {
	hash := sha256.New()
	to := io.MultiWriter(file, hash)
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, "", err
		}
		if size += int64(len(part.GetChunk())); size > h.maxBytes {
			return 0, "", tooLarge(h.maxBytes)
		}
		if _, err := to.Write(part.GetChunk()); err != nil {
			return 0, "", cannotStore(err)
		}
	}
	if size == 0 {
		return 0, "", empty()
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}
