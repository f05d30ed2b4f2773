package vault_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/vault"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/migrations"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

// canary is a provider's key that only the provider may see.
const canary = "sk-proj-Vq7ZmX2kTfLw9RbN4cHyD8sJgEa3UoPi6tKx"

// harness is what the replicas of one vault share.
type harness struct {
	dbURL    string
	redisURL string
	redis    *redisx.Client // of an embedded server, which cannot be opened twice
	kek      string
	ca       *identity.Authority
	sharing  *identity.Identity
	provider *testkit.OpenAI
	offset   atomic.Int64 // of the vault's clock
	fetch    []string     // addresses that pictures may be fetched from
	allow    []string     // destinations in addition to the provider
	resolver *net.Resolver
	openID   openid.Settings
	log      *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}

func newHarness(t testing.TB, dbURL, redisURL string) *harness {
	t.Helper()
	ca := testkit.Authority(t)
	return &harness{
		dbURL: dbURL, redisURL: redisURL, kek: filepath.Join(t.TempDir(), "kek"), ca: ca,
		sharing: testkit.Identity(t, ca, "sharing"), provider: testkit.Provider(t), log: &syncBuffer{},
	}
}

// host returns the provider's destination as a credential names it.
func (in *harness) host() string { return strings.TrimSuffix(in.provider.URL, "/v1") }

func (in *harness) address() string { return strings.TrimPrefix(in.host(), "http://") }

func (in *harness) now() time.Time { return time.Now().Add(time.Duration(in.offset.Load())) }

// replica is one process of the vault, with clients of both endpoints.
type replica struct {
	*harness
	db      *sqldb.DB
	service *vault.Service
	public  vaultv1.VaultServiceClient
	conns   map[string]*grpc.ClientConn // by endpoint, "public" and "internal"
	// forwarding is the public endpoint for a peer that forwards principals.
	forwarding *grpc.ClientConn
	runner     vaultinternalv1.VaultInternalServiceClient
	sharer     vaultinternalv1.VaultInternalServiceClient
	asPeer     func(peer string) vaultinternalv1.VaultInternalServiceClient
	operator   secret.Secret
}

func (in *harness) start(t testing.TB) *replica {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db, err := sqldb.Open(ctx, in.dbURL, migrations.Files, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	redis := in.redis
	if redis == nil {
		if redis, err = embedded.Open(ctx, in.redisURL, "vault"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = redis.Close() })
		if in.redisURL == "embedded:" {
			in.redis = redis
		}
	}
	own := testkit.Identity(t, in.ca, "vault")
	logger := slog.New(slog.NewTextHandler(in.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	kek, err := envelope.OpenFile(in.kek)
	if err != nil {
		t.Fatal(err)
	}
	service, err := vault.New(vault.Config{SignUp: true, OpenID: in.openID, EgressAllow: append(in.allow, in.address()), FetchAllow: in.fetch, Egress: egress.Config{Resolver: in.resolver}},
		vault.Deps{DB: db, Redis: redis, KEK: kek, Identity: own, Verifier: own.Verifier(), Logger: logger, Now: in.now})
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{harness: in, db: db, service: service}
	if err := service.Bootstrap(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := service.CreateOperatorKey(ctx, func(k secret.Secret) error { r.operator = secret.New(bytes.Clone(k.Expose())); return nil }); err != nil {
		t.Fatal(err)
	}
	public, internal := rpc.NewPipe(), rpc.NewPipe()
	var running sync.WaitGroup
	running.Go(func() { report(t, service.Run(ctx)) })
	running.Go(func() {
		report(t, serve(ctx, rpc.ServerConfig{Endpoint: rpc.Public, Identity: own, Authenticate: service.Identify, Logger: logger}, service.RegisterPublic, public))
	})
	running.Go(func() {
		report(t, serve(ctx, rpc.ServerConfig{Endpoint: rpc.Internal, Identity: own, Logger: logger, StopTimeout: time.Second}, service.RegisterInternal, internal))
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
		service.Close()
		_ = db.Close()
	})
	r.conns = map[string]*grpc.ClientConn{"public": dial(t, public.As("")), "internal": dial(t, internal.As("sharing"))}
	r.forwarding = dial(t, public.As("gateway"))
	r.public = vaultv1.NewVaultServiceClient(r.conns["public"])
	r.asPeer = func(peer string) vaultinternalv1.VaultInternalServiceClient {
		return vaultinternalv1.NewVaultInternalServiceClient(dial(t, internal.As(peer)))
	}
	r.runner, r.sharer = r.asPeer("runner"), r.asPeer("sharing")
	return r
}

func report(t testing.TB, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func serve(ctx context.Context, cfg rpc.ServerConfig, register func(grpc.ServiceRegistrar), pipe *rpc.Pipe) error {
	server, err := rpc.NewServer(cfg)
	if err != nil {
		return err
	}
	register(server)
	return server.Serve(ctx, pipe.Listener())
}

func dial(t testing.TB, pipe rpc.Dialer) *grpc.ClientConn {
	t.Helper()
	conn, err := rpc.Dial("vault", rpc.ClientConfig{Pipe: pipe})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// with presents a key, like a client of the public endpoint.
func with(key string) context.Context {
	return metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+key)
}

func (r *replica) asOperator() context.Context { return with(string(r.operator.Expose())) }

// tenant is a workspace with a key and a credential for the provider.
type tenant struct {
	r     *replica
	ws    string
	key   *vaultv1.Key
	ctx   context.Context // with its key
	llm   *vaultv1.Credential
	owner caller.Principal
}

func (r *replica) tenant(t testing.TB, ws string) *tenant {
	t.Helper()
	_, err := r.public.CreateWorkspace(r.asOperator(), &vaultv1.CreateWorkspaceRequest{WorkspaceId: ws, Workspace: &vaultv1.Workspace{Title: ws}})
	must(t, err)
	key, err := r.public.CreateKey(r.asOperator(), &vaultv1.CreateKeyRequest{Parent: "workspaces/" + ws})
	must(t, err)
	n := &tenant{r: r, ws: ws, key: key, ctx: with(key.GetKey())}
	n.owner, err = r.service.Identify(context.Background(), secret.FromString(key.GetKey()))
	must(t, err)
	n.llm = n.credential(t, "llm", canary)
	return n
}

func (n *tenant) credential(t testing.TB, cid, value string) *vaultv1.Credential {
	t.Helper()
	c, err := n.r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
		Parent: "workspaces/" + n.ws, CredentialId: cid,
		Credential: &vaultv1.Credential{Provider: "openai_compatible", Value: value, Hosts: []string{n.r.host()}},
	})
	must(t, err)
	return c
}

func (n *tenant) share() string { return "workspaces/" + n.ws + "/workflows/caption/shares/s1" }

const hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// open writes a credential grant on the owner's authority.
func (n *tenant) open(t testing.TB, calls int64) {
	t.Helper()
	must(t, n.tryOpen(n.owner, calls))
}

func (n *tenant) tryOpen(as caller.Principal, calls int64) error { return n.put(as, calls, false) }

func (n *tenant) put(as caller.Principal, calls int64, resume bool) error {
	_, err := n.r.sharer.PutCredentialGrant(caller.With(context.Background(), as), &vaultinternalv1.PutCredentialGrantRequest{
		Share: n.share(), VersionHash: hash, Calls: calls, Resume: resume,
		Slots: []*vaultinternalv1.GrantedSlot{{Step: "llm", Field: "api_key", Credential: "llm", Destination: n.r.host()}},
	})
	return err
}

// claims returns the claims of a visitor's run through the share.
func (n *tenant) claims() grant.Claims {
	return grant.Claims{
		Run: id.New("run"), Workspace: n.ws, Share: n.share(), VersionHash: hash, ChargedKey: n.key.GetName(), Peer: "runner",
		IssuedAt: time.Now().Unix(), Expiry: time.Now().Add(time.Hour).Unix(), Limits: grant.Limits{Attempts: 1000},
		Slots: []grant.Slot{
			{Step: "llm", Field: "api_key", Credential: n.llm.GetName(), Destination: n.llm.GetHosts()[0]},
			{Step: "own", Field: "api_key", Input: "own_api_key", Destination: n.llm.GetHosts()[0], Provider: "openai_compatible"},
		},
	}
}

func (n *tenant) sign(t testing.TB, c grant.Claims) string {
	t.Helper()
	token, err := grant.Sign(n.r.sharing, c)
	must(t, err)
	return token
}

func (r *replica) issue(token, step string, attempt int32) (string, error) {
	h, err := r.runner.IssueHandle(context.Background(), &vaultinternalv1.IssueHandleRequest{Grant: token, Step: step, Field: "api_key", Attempt: attempt})
	return h.GetHandle(), err
}

func (r *replica) mustIssue(t testing.TB, token, step string, attempt int32) string {
	t.Helper()
	h, err := r.issue(token, step, attempt)
	must(t, err)
	return h
}

// answer is the result of a call through egress.
type answer struct {
	status int32
	header []*vaultinternalv1.Header
	body   []byte
}

// call uses a handle for one chat completion.
func (r *replica) call(ctx context.Context, handle string) (answer, error) {
	return r.egress(ctx, r.runner, &vaultinternalv1.EgressHead{Method: "POST", Url: r.provider.URL + "/chat/completions", Handles: []string{handle}}, []byte(`{"model":"m"}`))
}

func (r *replica) egress(ctx context.Context, as vaultinternalv1.VaultInternalServiceClient, head *vaultinternalv1.EgressHead, body []byte) (answer, error) {
	var a answer
	stream, err := as.Egress(ctx)
	if err != nil {
		return a, err
	}
	sendErr := stream.Send(&vaultinternalv1.EgressRequest{Part: &vaultinternalv1.EgressRequest_Head{Head: head}})
	for len(body) > 0 && sendErr == nil {
		n := min(len(body), 32<<10)
		sendErr = stream.Send(&vaultinternalv1.EgressRequest{Part: &vaultinternalv1.EgressRequest_Body{Body: body[:n]}})
		body = body[n:]
	}
	if sendErr == nil {
		sendErr = stream.CloseSend()
	}
	if sendErr != nil && !errors.Is(sendErr, io.EOF) {
		return a, sendErr
	}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil {
			return a, err
		}
		if h := m.GetHead(); h != nil {
			a.status, a.header = h.GetStatus(), h.GetHeaders()
		}
		a.body = append(a.body, m.GetBody()...)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusedWith ends the test unless err has this reason.
func refusedWith(t testing.TB, err error, want errorsv1.Reason, code codes.Code) {
	t.Helper()
	if got := errs.ReasonOf(err); got != want || errs.CodeOf(err) != code {
		t.Fatalf("got %v (%v, %v), want %v, %v", err, got, errs.CodeOf(err), want, code)
	}
}

// eventually waits for an effect of other goroutines.
func eventually(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(within)
	for !ok() {
		select {
		case <-end:
			t.Fatalf("not within %v: %s", within, what)
		case <-tick.C:
		}
	}
}

// stores runs a test on both databases, with the embedded Redis.
func stores(t *testing.T, test func(t *testing.T, r *replica)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, url string) { test(t, newHarness(t, url, "embedded:").start(t)) })
}

func (r *replica) events(t testing.TB, n *tenant, action string) []*vaultv1.AuditEvent {
	t.Helper()
	res, err := r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: "workspaces/" + n.ws, PageSize: 500})
	must(t, err)
	var found []*vaultv1.AuditEvent
	for _, e := range res.GetEvents() {
		if e.GetAction() == action {
			found = append(found, e)
		}
	}
	return found
}

func (a answer) text() string { return fmt.Sprint(a.status, a.header, string(a.body)) }

// exec runs one statement in a transaction.
func exec(text string) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.Background(), text)
		return err
	}
}

func grantSign(r *replica, c grant.Claims) (string, error) { return grant.Sign(r.sharing, c) }

func secretOf(s string) secret.Secret { return secret.FromString(s) }
