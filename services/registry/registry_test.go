package registry_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gocloud.dev/blob/memblob"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/registry"
	"github.com/keyhole-dev/keyhole/services/registry/migrations"
)

// harness is a registry with its real servers, and a signer for its callers.
type harness struct {
	t         *testing.T
	authority *identity.Authority
	public    registryv1.RegistryServiceClient
	internal  map[string]registryinternalv1.RegistryInternalServiceClient // by peer
}

func newHarness(t *testing.T, url string) *harness {
	t.Helper()
	r := &harness{t: t, authority: testkit.Authority(t), internal: map[string]registryinternalv1.RegistryInternalServiceClient{}}
	db, err := sqldb.Open(t.Context(), url, migrations.Files, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	workers, err := modelworker.New(modelworker.Config{Worker: filepath.Join(bin(t), "keyhole-model-worker"), Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(workers.Close)
	id := testkit.Identity(t, r.authority, "registry")
	service, err := registry.New(registry.Config{PageKey: secret.FromString("a key of sixteen bytes or more"), MaxArtifact: 1 << 20, Scratch: filepath.Join(t.TempDir(), "scratch")}, registry.Deps{
		DB: db, Bucket: memblob.OpenBucket(nil), Workers: workers, Verifier: id.Verifier(), Logger: testkit.Logger(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Bootstrap(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	if err := service.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	public, internal := rpc.NewPipe(), rpc.NewPipe()
	r.serve(id, rpc.Public, public, service.RegisterPublic)
	r.serve(id, rpc.Internal, internal, service.RegisterInternal)
	r.public = registryv1.NewRegistryServiceClient(r.dial(public, "gateway"))
	for _, peer := range []string{"sharing", "runner", "gateway"} {
		r.internal[peer] = registryinternalv1.NewRegistryInternalServiceClient(r.dial(internal, peer))
	}
	return r
}

// bin is where make build leaves the model worker: these tests need the real one.
func bin(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "keyhole-model-worker")); err != nil {
		t.Fatal("the model worker is not built: run make build")
	}
	return dir
}

func (r *harness) serve(id *identity.Identity, endpoint rpc.Endpoint, pipe *rpc.Pipe, register func(grpc.ServiceRegistrar)) {
	r.t.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{Endpoint: endpoint, Identity: id, Logger: testkit.Logger(r.t)})
	if err != nil {
		r.t.Fatal(err)
	}
	register(server)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, pipe.Listener()) }()
	r.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
}

func (r *harness) dial(pipe *rpc.Pipe, peer string) *grpc.ClientConn {
	r.t.Helper()
	conn, err := rpc.Dial("registry", rpc.ClientConfig{Pipe: pipe.As(peer)})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// as returns a context with an assertion of the vault for the given caller.
func (r *harness) as(workspace string) context.Context {
	r.t.Helper()
	p := caller.Principal{Kind: caller.Member, Workspace: workspace, Key: "workspaces/" + workspace + "/keys/k"}
	token, err := rpc.NewAssertion(p, time.Now(), time.Minute).Sign(testkit.Identity(r.t, r.authority, "vault"))
	if err != nil {
		r.t.Fatal(err)
	}
	return caller.With(r.t.Context(), caller.Principal{Assertion: token})
}

func (r *harness) grant(models ...string) string {
	r.t.Helper()
	token, err := grant.Sign(testkit.Identity(r.t, r.authority, "sharing"), grant.Claims{
		Run: "run_1", Workspace: "acme", ChargedKey: "workspaces/acme/keys/k", Models: models, Peer: "runner",
		IssuedAt: time.Now().Unix(), Expiry: time.Now().Add(time.Minute).Unix(),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return token
}

// upload creates a model with one version of these bytes.
func (r *harness) upload(workspace, model string, visibility registryv1.Visibility, content []byte) (*registryv1.ModelVersion, error) {
	r.t.Helper()
	ctx := r.as(workspace)
	_, err := r.public.CreateModel(ctx, &registryv1.CreateModelRequest{
		Parent: "workspaces/" + workspace, ModelId: model, Model: &registryv1.Model{Task: "image-classification", Visibility: visibility},
	})
	if err != nil && errs.CodeOf(err) != codes.AlreadyExists {
		r.t.Fatal(err)
	}
	version, err := r.public.CreateModelVersion(ctx, &registryv1.CreateModelVersionRequest{Parent: "workspaces/" + workspace + "/models/" + model})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.send(ctx, version.GetName(), content)
}

func (r *harness) send(ctx context.Context, name string, content []byte) (*registryv1.ModelVersion, error) {
	stream, err := r.public.UploadArtifact(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&registryv1.UploadArtifactRequest{Part: &registryv1.UploadArtifactRequest_Name{Name: name}}); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for chunk := range chunks(content, 64<<10) {
		if err := stream.Send(&registryv1.UploadArtifactRequest{Part: &registryv1.UploadArtifactRequest_Chunk{Chunk: chunk}}); err != nil {
			break // CloseAndRecv returns the status
		}
	}
	return stream.CloseAndRecv()
}

func chunks(content []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(content) > 0 {
			k := min(n, len(content))
			if !yield(content[:k]) {
				return
			}
			content = content[k:]
		}
	}
}

func TestArtifactComesInAndGoesOutByGrantAlone(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		r := newHarness(t, url)
		content := identityModel()
		v, err := r.upload("acme", "digits", registryv1.Visibility_VISIBILITY_PRIVATE, content)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		if v.GetState() != registryv1.State_STATE_READY || v.GetSha256() != hex.EncodeToString(sum[:]) || len(v.GetInputs()) != 1 || v.GetInputs()[0].GetName() != "x" {
			t.Errorf("the version is %v", v)
		}
		runner := r.internal["runner"]
		got, err := download(t, runner, r.grant(v.GetName()), v.GetName())
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("a run that has the model got %d bytes, %v", len(got), err)
		}
		for name, token := range map[string]string{
			"a grant of another model": r.grant("workspaces/acme/models/other/versions/1"), "no grant": "x",
			"a principal's assertion": caller.From(r.as("acme")).Assertion,
		} {
			if _, err := download(t, runner, token, v.GetName()); errs.CodeOf(err) != codes.PermissionDenied {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := download(t, r.internal["sharing"], r.grant(v.GetName()), v.GetName()); errs.CodeOf(err) != codes.PermissionDenied {
			t.Errorf("another service with the runner's grant: %v", err)
		}
		if _, err := r.send(r.as("acme"), v.GetName(), content); errs.CodeOf(err) != codes.FailedPrecondition {
			t.Errorf("versions do not change: %v", err)
		}
	})
}

func download(t *testing.T, c registryinternalv1.RegistryInternalServiceClient, token, version string) ([]byte, error) {
	t.Helper()
	stream, err := c.DownloadRunModel(t.Context(), &registryinternalv1.DownloadRunModelRequest{Grant: token, Version: version})
	if err != nil {
		return nil, err
	}
	var all []byte
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, part.GetChunk()...)
	}
}

func TestWhatIsNotAModelIsRefused(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t))
	for name, content := range map[string][]byte{
		"text": []byte("not a model"), "truncated": identityModel()[:40], "a zip of nothing": zipped(t, map[string][]byte{"readme.txt": []byte("x")}),
		"a zip that leads out": zipped(t, map[string][]byte{"../x.onnx": identityModel()}), "a damaged zip": append([]byte("PK\x03\x04"), make([]byte, 50)...),
		"a zip with a bad model": zipped(t, map[string][]byte{"weights.onnx": []byte("x")}),
	} {
		v, err := r.upload("acme", "m", registryv1.Visibility_VISIBILITY_PRIVATE, content)
		if errs.CodeOf(err) != codes.InvalidArgument || v != nil {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	if _, err := r.upload("acme", "m", registryv1.Visibility_VISIBILITY_PRIVATE, make([]byte, 2<<20)); errs.CodeOf(err) != codes.InvalidArgument {
		t.Errorf("too large: %v", err)
	}
	v, err := r.upload("acme", "m", registryv1.Visibility_VISIBILITY_PRIVATE, zipped(t, map[string][]byte{"model_config.json": []byte("{}"), "weights.onnx": identityModel()}))
	if err != nil || v.GetState() != registryv1.State_STATE_READY {
		t.Errorf("a package: %v, %v", v, err)
	}
	m, err := r.public.GetModel(r.as("acme"), &registryv1.GetModelRequest{Name: "workspaces/acme/models/m"})
	if err != nil || m.GetLatestVersion() == 0 || v.GetName() == "" {
		t.Errorf("failed versions do not count, ready ones do: %v, %v", m, err)
	}
}

func TestWhichModelsAKeyMayUse(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		r := newHarness(t, url)
		for _, m := range []struct {
			workspace, model string
			visibility       registryv1.Visibility
		}{
			{"acme", "mine", registryv1.Visibility_VISIBILITY_PRIVATE},
			{"acme", "open", registryv1.Visibility_VISIBILITY_PUBLIC},
			{"other", "secret", registryv1.Visibility_VISIBILITY_PRIVATE},
			{"operator", "common", registryv1.Visibility_VISIBILITY_PUBLIC},
			{"operator", "mine", registryv1.Visibility_VISIBILITY_PUBLIC},
		} {
			if _, err := r.upload(m.workspace, m.model, m.visibility, identityModel()); err != nil {
				t.Fatal(err)
			}
		}
		reply, err := r.internal["sharing"].CheckModels(t.Context(), &registryinternalv1.CheckModelsRequest{
			OwnerWorkspace: "acme", ChargedWorkspace: "visitor",
			ModelIds: []string{"mine/1", "acme/mine/1", "open/1", "common", "common/1", "other/secret/1", "mine/7", "nothing/1", "", "a/b/c/d", "mine/x"},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"workspaces/acme/models/mine/versions/1 false", "workspaces/acme/models/mine/versions/1 false", "workspaces/acme/models/open/versions/1 true",
			"workspaces/operator/models/common/versions/1 true", "workspaces/operator/models/common/versions/1 true",
			"", "", "", "", "", "",
		}
		for i, c := range reply.GetChecks() {
			got := ""
			if c.GetExists() {
				got = c.GetVersion() + map[bool]string{true: " true", false: " false"}[c.GetUsable()]
			}
			if got != want[i] {
				t.Errorf("%q: got %q, want %q", c.GetModelId(), got, want[i])
			}
		}
		// Strangers' lookups of the owner's private models find nothing.
		public, err := r.internal["sharing"].CheckModels(t.Context(), &registryinternalv1.CheckModelsRequest{
			OwnerWorkspace: "acme", ChargedWorkspace: "acme", PublicOnly: true,
			ModelIds: []string{"mine/1", "acme/mine/1", "open/1", "common", "other/secret/1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range public.GetChecks() {
			got = append(got, c.GetVersion())
		}
		open := []string{
			"workspaces/operator/models/mine/versions/1", "", "workspaces/acme/models/open/versions/1",
			"workspaces/operator/models/common/versions/1", "",
		}
		if diff := cmp.Diff(open, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t))
	v, err := r.upload("acme", "digits", registryv1.Visibility_VISIBILITY_PUBLIC, identityModel())
	if err != nil {
		t.Fatal(err)
	}
	thief := r.as("thief")
	model := "workspaces/acme/models/digits"
	for name, call := range map[string]func() error{
		"get": func() error { _, err := r.public.GetModel(thief, &registryv1.GetModelRequest{Name: model}); return err },
		"list": func() error {
			_, err := r.public.ListModels(thief, &registryv1.ListModelsRequest{Parent: "workspaces/acme"})
			return err
		},
		"delete": func() error {
			_, err := r.public.DeleteModel(thief, &registryv1.DeleteModelRequest{Name: model})
			return err
		},
		"version": func() error {
			_, err := r.public.GetModelVersion(thief, &registryv1.GetModelVersionRequest{Name: v.GetName()})
			return err
		},
		"upload": func() error { _, err := r.send(thief, v.GetName(), identityModel()); return err },
		"publish": func() error {
			_, err := r.public.UpdateModel(thief, &registryv1.UpdateModelRequest{
				Model: &registryv1.Model{Name: model, Visibility: registryv1.Visibility_VISIBILITY_PUBLIC}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"visibility"}},
			})
			return err
		},
	} {
		if err := call(); errs.CodeOf(err) != codes.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPagesAndDeletion(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		r := newHarness(t, url)
		ctx := r.as("acme")
		for _, m := range []string{"a", "b", "c"} {
			if _, err := r.upload("acme", m, registryv1.Visibility_VISIBILITY_PRIVATE, identityModel()); err != nil {
				t.Fatal(err)
			}
		}
		first, err := r.public.ListModels(ctx, &registryv1.ListModelsRequest{Parent: "workspaces/acme", PageSize: 2})
		if err != nil || len(first.GetModels()) != 2 || first.GetNextPageToken() == "" {
			t.Fatalf("first page: %v, %v", first, err)
		}
		second, err := r.public.ListModels(ctx, &registryv1.ListModelsRequest{Parent: "workspaces/acme", PageSize: 2, PageToken: first.GetNextPageToken()})
		if err != nil || len(second.GetModels()) != 1 || second.GetNextPageToken() != "" || second.GetModels()[0].GetName() != "workspaces/acme/models/c" {
			t.Fatalf("second page: %v, %v", second, err)
		}
		if _, err := r.public.ListModels(r.as("other"), &registryv1.ListModelsRequest{Parent: "workspaces/other", PageToken: first.GetNextPageToken()}); errs.CodeOf(err) != codes.InvalidArgument {
			t.Errorf("another tenant's token: %v", err)
		}
		if _, err := r.public.DeleteModel(ctx, &registryv1.DeleteModelRequest{Name: "workspaces/acme/models/a"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.public.GetModelVersion(ctx, &registryv1.GetModelVersionRequest{Name: "workspaces/acme/models/a/versions/1"}); errs.CodeOf(err) != codes.NotFound {
			t.Errorf("a version of a deleted model: %v", err)
		}
		// The workspace b still has the same bytes.
		name := "workspaces/acme/models/b/versions/1"
		if got, err := download(t, r.internal["runner"], r.grant(name), name); err != nil || len(got) == 0 {
			t.Errorf("b lost its artifact with a: %v", err)
		}
	})
}
