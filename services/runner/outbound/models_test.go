package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"google.golang.org/grpc"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// oneModel is a registry with one model.
type oneModel struct {
	registryinternalv1.RegistryInternalServiceClient
	asked  []*registryinternalv1.GetRunModelRequest
	chunks [][]byte
	broken error
}

func (o *oneModel) GetRunModel(_ context.Context, r *registryinternalv1.GetRunModelRequest, _ ...grpc.CallOption) (*registryinternalv1.RunModel, error) {
	o.asked = append(o.asked, r)
	return &registryinternalv1.RunModel{Version: r.GetVersion(), Sha256: "abc", SizeBytes: 6}, nil
}

func (o *oneModel) DownloadRunModel(context.Context, *registryinternalv1.DownloadRunModelRequest, ...grpc.CallOption) (grpc.ServerStreamingClient[registryinternalv1.DownloadRunModelResponse], error) {
	return &download{rest: o.chunks, broken: o.broken}, nil
}

type download struct {
	grpc.ServerStreamingClient[registryinternalv1.DownloadRunModelResponse]
	rest   [][]byte
	broken error
}

func (d *download) Recv() (*registryinternalv1.DownloadRunModelResponse, error) {
	if len(d.rest) == 0 && d.broken != nil {
		return nil, d.broken
	}
	if len(d.rest) == 0 {
		return nil, io.EOF
	}
	chunk := d.rest[0]
	d.rest = d.rest[1:]
	return &registryinternalv1.DownloadRunModelResponse{Chunk: chunk}, nil
}

func TestModelsComeUnderTheGrant(t *testing.T) {
	t.Parallel()
	const version = "workspaces/demo/models/ocr/versions/3"
	registry := &oneModel{chunks: [][]byte{[]byte("abc"), []byte("def")}}
	source := &Models{registry: registry, grant: "the grant", versions: map[string]string{"ocr/3": version, "demo/ocr/3": version, "bad": "nonsense"}}
	for _, id := range []string{"ocr/3", "demo/ocr/3"} {
		artifact, err := source.Resolve(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if artifact.ID != "demo/ocr/3" || artifact.Tenant != "demo" || artifact.SHA256 != "abc" || artifact.Size != 6 {
			t.Errorf("%s is %+v", id, artifact)
		}
		var b bytes.Buffer
		if err := artifact.Fetch(t.Context(), &b); err != nil || b.String() != "abcdef" {
			t.Errorf("fetched %q, %v", b.String(), err)
		}
	}
	if len(registry.asked) != 1 || registry.asked[0].GetGrant() != "the grant" {
		t.Errorf("asked %v, once in a run is enough", registry.asked)
	}
	if _, err := source.Resolve(t.Context(), "other/1"); errs.ReasonOf(err) != errorsv1.Reason_REASON_MODEL_NOT_FOUND {
		t.Errorf("a model that is not of the run: %v", err)
	}
	if _, err := source.Resolve(t.Context(), "bad"); errs.ReasonOf(err) != errorsv1.Reason_REASON_INTERNAL {
		t.Errorf("a name that is none: %v", err)
	}
}

func TestADownloadThatBreaksOffFails(t *testing.T) {
	t.Parallel()
	registry := &oneModel{chunks: [][]byte{[]byte("abc")}, broken: errs.Unavailable("gone")}
	source := &Models{registry: registry, versions: map[string]string{"a": "workspaces/w/models/a/versions/1"}}
	artifact, err := source.Resolve(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if err := artifact.Fetch(t.Context(), io.Discard); errs.ReasonOf(err) != errorsv1.Reason_REASON_UNAVAILABLE {
		t.Errorf("got %v", err)
	}
	registry.broken = nil
	if err := artifact.Fetch(t.Context(), failing{}); err == nil {
		t.Error("a full disk went unnoticed")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }
