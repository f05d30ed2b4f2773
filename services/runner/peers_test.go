package runner_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
)

// sharingPeer authorises every run of one definition, and records the requests.
type sharingPeer struct {
	sharinginternalv1.UnimplementedSharingInternalServiceServer
	sign func(grant.Claims) string

	mu         sync.Mutex
	definition []byte
	// rewritten is a definition from a caller, without its literal secrets.
	rewritten []byte
	slots     []grant.Slot
	// answer is the additional content of the answers to authorised runs.
	answer  sharinginternalv1.AuthorizeRunResponse
	runTime time.Duration
	refusal error
	// modelInputs decide models: sharing asks for their values.
	modelInputs []string
	endless     bool
	// absent is the number of authorisations to fail.
	absent   int
	asked    []*sharinginternalv1.AuthorizeRunRequest
	endAll   string
	deaf     bool
	renewed  int
	finished []*sharinginternalv1.RunEnd
	// finisher is the caller for whom the last run was booked.
	finisher caller.Principal
	// deny is the number of bookings to fail.
	deny int
	told chan struct{}
}

func (p *sharingPeer) AuthorizeRun(_ context.Context, r *sharinginternalv1.AuthorizeRunRequest) (*sharinginternalv1.AuthorizeRunResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r)
	if p.absent > 0 {
		p.absent--
		return nil, errs.Unavailable("not now")
	}
	if p.refusal != nil {
		return nil, p.refusal
	}
	for _, name := range p.modelInputs {
		if _, brought := r.GetModelInputs()[name]; (!brought || p.endless) && slices.Contains(r.GetInputs(), name) {
			return &sharinginternalv1.AuthorizeRunResponse{ModelInputs: p.modelInputs}, nil
		}
	}
	definition := p.definition
	if r.GetDefinition() != nil {
		definition = r.GetDefinition()
	}
	if p.rewritten != nil {
		definition = p.rewritten
	}
	hash := sha256.Sum256(definition)
	claims := grant.Claims{
		Run: r.GetRun(), Workspace: "demo", VersionHash: hex.EncodeToString(hash[:]), ChargedKey: "workspaces/demo/keys/k",
		Slots: p.slots, Peer: "runner", IssuedAt: time.Now().Unix(), Expiry: time.Now().Add(time.Minute).Unix(),
		Limits: grant.Limits{Attempts: 100},
	}
	return &sharinginternalv1.AuthorizeRunResponse{
		Name: "workspaces/demo/runs/" + r.GetRun(), Definition: definition, VersionHash: claims.VersionHash,
		Grant: p.sign(claims), Deadline: timestamppb.New(time.Now().Add(p.runTime)),
		CredentialInputs: p.answer.GetCredentialInputs(), Models: p.answer.GetModels(),
		SinksEnabled: p.answer.GetSinksEnabled(), Preview: p.answer.GetPreview(), SampleInputs: p.answer.GetSampleInputs(),
	}, nil
}

func (p *sharingPeer) RenewRuns(_ context.Context, r *sharinginternalv1.RenewRunsRequest) (*sharinginternalv1.RenewRunsResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.renewed++
	if p.deaf {
		return nil, errs.Unavailable("not now")
	}
	answer := &sharinginternalv1.RenewRunsResponse{}
	for i, run := range r.GetRuns() {
		switch {
		case !p.proven(run, r.GetProofs()[i]):
			answer.Ended = append(answer.Ended, &sharinginternalv1.EndedRun{Run: run, Message: "there is no such run"})
		case p.endAll != "":
			answer.Ended = append(answer.Ended, &sharinginternalv1.EndedRun{Run: run, Message: p.endAll})
		}
	}
	return answer, nil
}

// proven reports whether a proof belongs to an authorised run.
func (p *sharingPeer) proven(run string, proof []byte) bool {
	sum := sha256.Sum256(proof)
	return slices.ContainsFunc(p.asked, func(r *sharinginternalv1.AuthorizeRunRequest) bool {
		return r.GetRun() == run && bytes.Equal(r.GetProofHash(), sum[:])
	})
}

func (p *sharingPeer) FinishRuns(ctx context.Context, r *sharinginternalv1.FinishRunsRequest) (*sharinginternalv1.FinishRunsResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deny > 0 {
		p.deny--
		return nil, errs.Unavailable("not now")
	}
	p.finished = append(p.finished, r.GetRuns()...)
	p.finisher = caller.From(ctx)
	select {
	case p.told <- struct{}{}:
	default:
	}
	out := &sharinginternalv1.FinishRunsResponse{}
	for _, end := range r.GetRuns() {
		charges := append([]*sharingv1.LineItem{{Kind: "run", Quantity: 1}}, end.GetItems()...)
		out.Runs = append(out.Runs, &sharinginternalv1.FinishedRun{Result: &sharinginternalv1.FinishedRun_Booking{
			Booking: &sharinginternalv1.Booking{Charges: charges, Allowances: []*sharingv1.Allowance{{Scope: "key", RunsLeft: 9}}},
		}})
	}
	return out, nil
}

func (p *sharingPeer) set(change func(p *sharingPeer)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// bookings waits for a number of finished runs.
func (p *sharingPeer) bookings(t *testing.T, n int) []*sharinginternalv1.RunEnd {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		p.mu.Lock()
		got := slices.Clone(p.finished)
		p.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-p.told:
		case <-timeout:
			t.Fatalf("%d runs were booked, want %d", len(got), n)
		}
	}
}

// vaultPeer stores credentials, issues handles and makes the real calls.
type vaultPeer struct {
	vaultinternalv1.UnimplementedVaultInternalServiceServer
	stored map[string]string // by credential

	mu      sync.Mutex
	brought map[string]string // by run and input
	handles map[string]*handle
	issued  []*vaultinternalv1.IssueHandleRequest
	// asker is the caller for whom the last handle was issued.
	asker caller.Principal
	heads []*vaultinternalv1.EgressHead
	// refusal is the answer for every handle.
	refusal error
	// withhold ends every answer's body with a refusal.
	withhold bool
	// elsewhere maps a host to its real address, like a resolver.
	elsewhere map[string]string
	claims    func(token string) (*grant.Claims, error)
}

type handle struct{ secret string }

func (p *vaultPeer) PutRunCredential(_ context.Context, r *vaultinternalv1.PutRunCredentialRequest) (*vaultinternalv1.PutRunCredentialResponse, error) {
	claims, err := p.claims(r.GetGrant())
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.brought[claims.Run+"/"+r.GetInput()] = r.GetValue()
	return &vaultinternalv1.PutRunCredentialResponse{}, nil
}

func (p *vaultPeer) IssueHandle(ctx context.Context, r *vaultinternalv1.IssueHandleRequest) (*vaultinternalv1.IssueHandleResponse, error) {
	claims, err := p.claims(r.GetGrant())
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.issued = append(p.issued, r)
	p.asker = caller.From(ctx)
	if p.refusal != nil {
		return nil, p.refusal
	}
	slot, ok := claims.Slot(r.GetStep(), r.GetField())
	if !ok {
		return nil, grant.Invalid(nil)
	}
	secret := p.stored[slot.Credential]
	if slot.Input != "" {
		secret = p.brought[claims.Run+"/"+slot.Input]
	}
	token := rand.Text()
	p.handles[token] = &handle{secret: secret}
	return &vaultinternalv1.IssueHandleResponse{Handle: token}, nil
}

func (p *vaultPeer) take(head *vaultinternalv1.EgressHead) (*handle, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heads = append(p.heads, head)
	if len(head.GetHandles()) == 0 {
		_, err := p.claims(head.GetGrant())
		return nil, err
	}
	token := head.GetHandles()[0]
	h, ok := p.handles[token]
	delete(p.handles, token) // good for one call
	if !ok {
		return nil, errs.PermissionDenied("no such handle").WithReason(errorsv1.Reason_REASON_HANDLE_INVALID)
	}
	return h, nil
}

// Egress makes the call that the stream describes.
func (p *vaultPeer) Egress(stream grpc.BidiStreamingServer[vaultinternalv1.EgressRequest, vaultinternalv1.EgressResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	head := first.GetHead()
	h, err := p.take(head)
	if err != nil {
		return err
	}
	body, out := io.Pipe()
	go func() {
		for {
			message, err := stream.Recv()
			if err != nil {
				_ = out.CloseWithError(err)
				return
			}
			_, _ = out.Write(message.GetBody())
		}
	}()
	request, err := http.NewRequestWithContext(stream.Context(), head.GetMethod(), head.GetUrl(), body)
	if err != nil {
		return err
	}
	if host, ok := p.elsewhere[request.URL.Host]; ok {
		request.URL.Scheme, request.URL.Host = "http", host
	}
	for _, one := range head.GetHeaders() {
		request.Header.Add(one.GetName(), one.GetValue())
	}
	if h != nil {
		request.Header.Set("Authorization", "Bearer "+h.secret)
	}
	return p.forward(stream, request, head.GetMaxResponseBytes())
}

func (p *vaultPeer) forward(stream grpc.BidiStreamingServer[vaultinternalv1.EgressRequest, vaultinternalv1.EgressResponse], request *http.Request, most int64) error {
	if most == 0 {
		most = 64 << 20
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return errs.Unavailable("the destination cannot be reached").WithReason(errorsv1.Reason_REASON_PROVIDER_FAILED).Because(err)
	}
	defer func() { _ = answer.Body.Close() }()
	head := &vaultinternalv1.EgressResponseHead{Status: int32(answer.StatusCode)}
	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		head.Headers = append(head.Headers, &vaultinternalv1.Header{Name: name, Value: answer.Header.Get(name)})
	}
	if err := stream.Send(&vaultinternalv1.EgressResponse{Part: &vaultinternalv1.EgressResponse_Head{Head: head}}); err != nil {
		return err
	}
	if p.withhold {
		return errs.PermissionDenied("the answer was withheld").WithReason(errorsv1.Reason_REASON_ANSWER_WITHHELD)
	}
	buffer := make([]byte, 7) // small, so that the test covers text that spans chunks
	for {
		n, err := answer.Body.Read(buffer)
		if most -= int64(n); most < 0 {
			return errs.ResourceExhausted(errorsv1.Reason_REASON_RESULT_TOO_LARGE, "the response is larger than allowed")
		}
		if n > 0 {
			part := &vaultinternalv1.EgressResponse{Part: &vaultinternalv1.EgressResponse_Body{Body: slices.Clone(buffer[:n])}}
			if err := stream.Send(part); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return errs.Unavailable("the destination broke off").WithReason(errorsv1.Reason_REASON_PROVIDER_FAILED).Because(err)
		}
	}
}

// registryPeer has models by the name of their version.
type registryPeer struct {
	registryinternalv1.UnimplementedRegistryInternalServiceServer
	artifacts map[string][]byte

	mu        sync.Mutex
	described int
	fetched   int
}

func (p *registryPeer) GetRunModel(_ context.Context, r *registryinternalv1.GetRunModelRequest) (*registryinternalv1.RunModel, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.described++
	artifact, ok := p.artifacts[r.GetVersion()]
	if !ok {
		return nil, errs.NotFound("no such model").WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND)
	}
	sum := sha256.Sum256(artifact)
	return &registryinternalv1.RunModel{Version: r.GetVersion(), Sha256: hex.EncodeToString(sum[:]), SizeBytes: int64(len(artifact))}, nil
}

func (p *registryPeer) DownloadRunModel(r *registryinternalv1.DownloadRunModelRequest, stream grpc.ServerStreamingServer[registryinternalv1.DownloadRunModelResponse]) error {
	p.mu.Lock()
	p.fetched++
	artifact := p.artifacts[r.GetVersion()]
	p.mu.Unlock()
	for chunk := range slices.Chunk(artifact, 1000) {
		if err := stream.Send(&registryinternalv1.DownloadRunModelResponse{Chunk: chunk}); err != nil {
			return err
		}
	}
	return nil
}

// unreachable is the address of a server that does not exist.
func unreachable(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
