package api

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

var versionName = regexp.MustCompile(`^workspaces/[a-z0-9-]{1,40}/models/[a-z0-9_-]{1,63}/versions/[0-9]{1,9}$`)

// artifactOf recognises PUT /v1/{version}/artifact. grpc-gateway cannot map it to a
// client-streaming RPC.
func artifactOf(r *http.Request) (string, bool) {
	name, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v1/"), "/artifact")
	return name, ok && r.Method == http.MethodPut && versionName.MatchString(name)
}

const uploadChunk = 256 << 10

// uploadIdle is how long an upload may stall.
const uploadIdle = 60 * time.Second

// serveUpload streams the body to the registry.
func (h *Handler) serveUpload(w http.ResponseWriter, r *http.Request, name string) {
	version, err := h.upload(w, r, name)
	if err != nil {
		reply.Error(w, err)
		return
	}
	raw, err := protojson.Marshal(version)
	if err != nil {
		reply.Error(w, err)
		return
	}
	reply.JSON(w, http.StatusOK, raw)
}

func (h *Handler) upload(w http.ResponseWriter, r *http.Request, name string) (*registryv1.ModelVersion, error) {
	if err := intake.CheckEncoding(r); err != nil {
		return nil, err
	}
	proof, err := h.cfg.Callers.Proof(r)
	if err != nil {
		return nil, err
	}
	ctx, err := h.cfg.Callers.As(r.Context(), proof, h.cfg.Callers.Visitor(r))
	if err != nil {
		return nil, err
	}
	if r.ContentLength > h.cfg.MaxArtifact {
		return nil, errs.InvalidArgument("the model is larger than %d bytes, the most that this server takes", h.cfg.MaxArtifact).WithReason(errorsv1.Reason_REASON_REQUEST_TOO_LARGE)
	}
	stream, err := h.registry.UploadArtifact(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&registryv1.UploadArtifactRequest{Part: &registryv1.UploadArtifactRequest_Name{Name: name}}); err == nil {
		err = sendBody(stream, http.NewResponseController(w), http.MaxBytesReader(w, r.Body, h.cfg.MaxArtifact))
		if err != nil {
			return nil, err
		}
	}
	return stream.CloseAndRecv() // returns the server's error if Send failed
}

// sendBody copies the body to the stream. If the server refuses early, the copy ends
// without an error, and CloseAndRecv returns the server's error.
func sendBody(stream grpc.ClientStreamingClient[registryv1.UploadArtifactRequest, registryv1.ModelVersion], rc *http.ResponseController, r io.Reader) error {
	buf := make([]byte, uploadChunk)
	for {
		_ = rc.SetReadDeadline(time.Now().Add(uploadIdle)) // unsupported only in tests without a socket
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			part := &registryv1.UploadArtifactRequest_Chunk{Chunk: append([]byte(nil), buf[:n]...)}
			if serr := stream.Send(&registryv1.UploadArtifactRequest{Part: part}); serr != nil {
				return nil
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			_ = rc.SetReadDeadline(time.Time{}) // it would end the request while the registry opens the model
			return nil
		default:
			return uploadProblem(err)
		}
	}
}

func uploadProblem(err error) error {
	if e, ok := intake.TooLarge(err); ok {
		return e
	}
	return errs.InvalidArgument("the upload was interrupted; send it again").Because(err)
}
