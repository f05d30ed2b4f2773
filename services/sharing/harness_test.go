package sharing_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/sharing"
	"github.com/keyhole-dev/keyhole/services/sharing/migrations"
)

// harness is a sharing service among its peers, reached over real gRPC with the real
// interceptors. Vault and registry are servers that do what their contract says.
type harness struct {
	t        testing.TB
	db       *sqldb.DB
	redis    *redisx.Client
	redisURL string
	dbURL    string
	vault    *vaultPeer
	registry *registryPeer
	clock    *clock

	authority *identity.Authority
	vaultID   *identity.Identity
	first     *replica
	// the first replica's clients
	conn   *grpc.ClientConn
	api    sharingv1.SharingServiceClient
	runner prover
}

// replica is one process of the service.
type replica struct {
	service *sharing.Service
	conn    *grpc.ClientConn
	api     sharingv1.SharingServiceClient
	runner  prover
}

// clock is a time that a test can move forward.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

func newHarness(t testing.TB, dbURL, redisURL string, change ...func(*sharing.Config)) *harness {
	t.Helper()
	s := &harness{t: t, dbURL: dbURL, redisURL: redisURL, clock: &clock{}, authority: testkit.Authority(t)}
	s.vaultID = testkit.Identity(t, s.authority, "vault")
	s.vault, s.registry = newVaultPeer(), newRegistryPeer()
	s.redis = s.openRedis()
	s.db = s.openDB()
	s.first = s.replica(s.db, s.redis, change...)
	s.api, s.runner, s.conn = s.first.api, s.first.runner, s.first.conn
	return s
}

func (s *harness) openDB() *sqldb.DB {
	s.t.Helper()
	db, err := sqldb.Open(context.Background(), s.dbURL, migrations.Files, sqldb.Options{})
	must(s.t, err)
	s.t.Cleanup(func() { _ = db.Close() })
	return db
}

func (s *harness) openRedis() *redisx.Client {
	s.t.Helper()
	client, err := embedded.Open(context.Background(), s.redisURL, "sharing")
	must(s.t, err)
	s.t.Cleanup(func() { _ = client.Close() })
	return client
}

// replica starts another process of the service.
func (s *harness) replica(db *sqldb.DB, client *redisx.Client, change ...func(*sharing.Config)) *replica {
	s.t.Helper()
	id := testkit.Identity(s.t, s.authority, "sharing")
	vault := s.serve(s.vaultID, rpc.Internal, "sharing", func(r grpc.ServiceRegistrar) { vaultinternalv1.RegisterVaultInternalServiceServer(r, s.vault) })
	registry := s.serve(testkit.Identity(s.t, s.authority, "registry"), rpc.Internal, "sharing", func(r grpc.ServiceRegistrar) {
		registryinternalv1.RegisterRegistryInternalServiceServer(r, s.registry)
	})
	cfg := sharing.Config{LinkKey: secret.FromString("a link key of more than 32 bytes, for tests"), PublicURL: "https://keyhole.example"}
	for _, f := range change {
		f(&cfg)
	}
	service, err := sharing.New(cfg, sharing.Deps{
		DB: db, Redis: client, Vault: vaultinternalv1.NewVaultInternalServiceClient(vault),
		Registry: registryinternalv1.NewRegistryInternalServiceClient(registry), Identity: id, Logger: logger(s.t), Now: s.clock.now,
	})
	must(s.t, err)
	public := s.serve(id, rpc.Public, "gateway", service.RegisterPublic)
	return &replica{
		service: service, conn: public,
		api:    sharingv1.NewSharingServiceClient(public),
		runner: prover{sharinginternalv1.NewSharingInternalServiceClient(s.serve(id, rpc.Internal, "runner", service.RegisterInternal))},
	}
}

// prover is the runner's client. It has a secret for each run, and presents it unless the
// test sets another one.
type prover struct {
	sharinginternalv1.SharingInternalServiceClient
}

func proofOf(run string) []byte { return []byte("the runner's secret of " + run) }

func hashOf(proof []byte) []byte {
	sum := sha256.Sum256(proof)
	return sum[:]
}

func (p prover) AuthorizeRun(ctx context.Context, r *sharinginternalv1.AuthorizeRunRequest, opts ...grpc.CallOption) (*sharinginternalv1.AuthorizeRunResponse, error) {
	if r.GetProofHash() == nil {
		r.ProofHash = hashOf(proofOf(r.GetRun()))
	}
	return p.SharingInternalServiceClient.AuthorizeRun(ctx, r, opts...)
}

// FinishRun finishes one run.
func (p prover) FinishRun(ctx context.Context, r *sharinginternalv1.RunEnd) (*sharinginternalv1.Booking, error) {
	if r.GetProof() == nil {
		r.Proof = proofOf(r.GetRun())
	}
	out, err := p.FinishRuns(ctx, &sharinginternalv1.FinishRunsRequest{Runs: []*sharinginternalv1.RunEnd{r}})
	if err != nil {
		return nil, err
	}
	if e := out.GetRuns()[0].GetError(); e != nil {
		return nil, status.FromProto(e).Err()
	}
	return out.GetRuns()[0].GetBooking(), nil
}

func (p prover) RenewRuns(ctx context.Context, r *sharinginternalv1.RenewRunsRequest, opts ...grpc.CallOption) (*sharinginternalv1.RenewRunsResponse, error) {
	if r.GetProofs() == nil {
		for _, run := range r.GetRuns() {
			r.Proofs = append(r.Proofs, proofOf(run))
		}
	}
	return p.SharingInternalServiceClient.RenewRuns(ctx, r, opts...)
}

// serve starts a server and dials it as a peer.
func (s *harness) serve(id *identity.Identity, endpoint rpc.Endpoint, as string, register func(grpc.ServiceRegistrar)) *grpc.ClientConn {
	s.t.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{Endpoint: endpoint, Identity: id, Logger: logger(s.t), StopTimeout: time.Second})
	must(s.t, err)
	register(server)
	pipe := rpc.NewPipe()
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := server.Serve(ctx, pipe.Listener()); err != nil {
			s.t.Errorf("serve: %v", err)
		}
	})
	conn, err := rpc.Dial("test", rpc.ClientConfig{Pipe: pipe.As(as)})
	must(s.t, err)
	s.t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		served.Wait()
	})
	return conn
}

// serveAs dials the internal endpoint as a peer that is not the runner.
func (s *harness) serveAs(peer string) *grpc.ClientConn {
	return s.serve(testkit.Identity(s.t, s.authority, "sharing"), rpc.Internal, peer, s.first.service.RegisterInternal)
}

func logger(t testing.TB) *slog.Logger {
	if _, bench := t.(*testing.B); bench {
		return testkit.Silence()
	}
	return testkit.Logger(t)
}

// member returns a context that calls with a key of a workspace.
func (s *harness) member(ws string) context.Context { return s.key(ws, "main") }

func (s *harness) key(ws, id string) context.Context {
	s.t.Helper()
	name := "workspaces/" + ws + "/keys/" + id
	s.vault.addKey(name)
	return s.as(caller.Principal{Kind: caller.Member, Workspace: ws, Key: name, Visitor: name})
}

// as returns a context that calls as a principal with an assertion of the vault.
func (s *harness) as(p caller.Principal) context.Context {
	s.t.Helper()
	token, err := rpc.NewAssertion(p, time.Now(), time.Hour).Sign(s.vaultID)
	must(s.t, err)
	p.Assertion = token
	return caller.With(context.Background(), p)
}

// guest returns a context that calls as a visitor without a key.
func (s *harness) guest(visitor string) context.Context {
	return caller.With(context.Background(), caller.Principal{Kind: caller.Guest, Workspace: "operator", Key: rpc.GuestKey, Visitor: visitor})
}

// workflow creates a workflow from a definition in JSON.
func (s *harness) workflow(ws, id, definition string) *sharingv1.Workflow {
	s.t.Helper()
	w, err := s.api.CreateWorkflow(s.member(ws), &sharingv1.CreateWorkflowRequest{
		Parent: "workspaces/" + ws, WorkflowId: id, Workflow: &sharingv1.Workflow{Title: "The " + id, Definition: object(s.t, definition)},
	})
	must(s.t, err)
	return w
}

// save creates a new version of a workflow.
func (s *harness) save(ws, id, definition string) *sharingv1.Workflow {
	s.t.Helper()
	w, err := s.api.UpdateWorkflow(s.member(ws), &sharingv1.UpdateWorkflowRequest{
		Workflow: &sharingv1.Workflow{Name: "workspaces/" + ws + "/workflows/" + id, Definition: object(s.t, definition)},
	})
	must(s.t, err)
	return w
}

// share creates a share of a workflow.
func (s *harness) share(ws, workflow string, settings *sharingv1.Share) *sharingv1.Share {
	s.t.Helper()
	share, err := s.tryShare(ws, workflow, settings)
	must(s.t, err)
	return share
}

func (s *harness) tryShare(ws, workflow string, settings *sharingv1.Share) (*sharingv1.Share, error) {
	return s.api.CreateShare(s.member(ws), &sharingv1.CreateShareRequest{
		Parent: "workspaces/" + ws + "/workflows/" + workflow, Share: settings,
	})
}

// preview authorises a run through a link.
func (s *harness) preview(ctx context.Context, token, run string, inputs ...string) (*sharinginternalv1.AuthorizeRunResponse, error) {
	return s.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
		Run: run, Target: &sharinginternalv1.AuthorizeRunRequest_Token{Token: token}, Inputs: inputs,
	})
}

// own authorises a run of a workspace's workflow.
func (s *harness) own(ctx context.Context, workflow, run string, inputs ...string) (*sharinginternalv1.AuthorizeRunResponse, error) {
	return s.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
		Run: run, Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: workflow}, Inputs: inputs,
	})
}

// finish ends a run successfully.
func (s *harness) finish(run string, items ...*sharingv1.LineItem) *sharinginternalv1.Booking {
	s.t.Helper()
	out, err := s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{
		Run: run, State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Items: items,
	})
	must(s.t, err)
	return out
}

// usage returns the runs that a workspace was charged, by group.
func (s *harness) usage(ws, by string) map[string]int64 {
	s.t.Helper()
	out, err := s.api.QueryUsage(s.member(ws), &sharingv1.QueryUsageRequest{Parent: "workspaces/" + ws, GroupBy: by})
	must(s.t, err)
	runs := map[string]int64{}
	for _, row := range out.GetRows() {
		runs[row.GetGroup()] = row.GetRuns()
	}
	return runs
}

// settle moves the clock until cached rights have expired.
func (s *harness) settle() { s.clock.advance(time.Second) }

// object checks that a definition is JSON, so that a typo fails the test here.
func object(t testing.TB, text string) []byte {
	t.Helper()
	if !json.Valid([]byte(text)) {
		t.Fatalf("not JSON: %s", text)
	}
	return []byte(text)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that an error has the given reason.
func refused(t testing.TB, err error, want errorsv1.Reason) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", want)
	}
	if got := errs.ReasonOf(err); got != want {
		t.Fatalf("reason %v, want %v: %v", got, want, err)
	}
}

func text(t testing.TB, v any) string {
	t.Helper()
	switch v := v.(type) {
	case []byte: // JSON
		return string(v)
	case proto.Message: // encoding/json would write the JSON in it as base64
		return prototext.Format(v)
	}
	raw, err := json.Marshal(v)
	must(t, err)
	return string(raw)
}
