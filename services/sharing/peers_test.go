package sharing_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// vaultPeer implements the vault's internal contract for sharing.
type vaultPeer struct {
	vaultinternalv1.UnimplementedVaultInternalServiceServer

	mu   sync.Mutex
	down bool
	// afterPut fails the call after the grant was written: the answer is lost.
	afterPut    func() error
	keys        map[string]*vaultinternalv1.ResolveKeyResponse
	credentials map[string]*vaultv1.Credential
	values      map[string]string
	// titles are those of workspaces ("acme") and of keys ("acme/keys/main").
	titles map[string]string
	// suspended are what the operator has suspended, by workspace.
	suspended map[string][]*vaultv1.OperatorSuspension
	// titleCalls counts the questions for titles.
	titleCalls int
	grants     map[string]*credentialGrant
	attempts   map[string][]*vaultinternalv1.Attempt
	ended      map[string]int
	// verdict is the vault's finding in the texts of every run.
	verdict vaultinternalv1.Verdict
	// uses are the credentials that workflows were reported to name.
	uses map[string][]string
}

type credentialGrant struct {
	choice    string
	hash      string
	calls     int64
	period    vaultv1.Period
	slots     []*vaultinternalv1.GrantedSlot
	suspended bool
	// unconfirmed are credentials that replaced the granted ones.
	unconfirmed []string
	by          string
	// confirmed are unknown destinations that the owner has confirmed.
	confirmed []string
}

func newVaultPeer() *vaultPeer {
	v := &vaultPeer{
		keys: map[string]*vaultinternalv1.ResolveKeyResponse{}, credentials: map[string]*vaultv1.Credential{}, values: map[string]string{},
		grants: map[string]*credentialGrant{}, attempts: map[string][]*vaultinternalv1.Attempt{}, ended: map[string]int{},
	}
	v.addKey(rpc.GuestKey)
	return v
}

func (v *vaultPeer) addKey(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keys[name] == nil {
		v.keys[name] = &vaultinternalv1.ResolveKeyResponse{Active: true}
	}
}

func (v *vaultPeer) budget(key string, runs int64, period vaultv1.Period) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[key] = &vaultinternalv1.ResolveKeyResponse{Active: true, Budget: &vaultv1.Budget{Runs: runs, Period: period}}
}

func (v *vaultPeer) revoke(key string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[key] = &vaultinternalv1.ResolveKeyResponse{}
}

func (v *vaultPeer) addCredential(ws, id, provider string, hosts ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	name := "workspaces/" + ws + "/credentials/" + id
	v.credentials[name] = &vaultv1.Credential{Name: name, Provider: provider, Hosts: hosts, Guardable: true}
}

func (v *vaultPeer) grant(share string) *credentialGrant {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.grants[share]
}

func (v *vaultPeer) set(f func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f()
}

func (v *vaultPeer) lock() (func(), error) {
	v.mu.Lock()
	if v.down {
		v.mu.Unlock()
		return nil, errs.Unavailable("the vault is away")
	}
	return v.mu.Unlock, nil
}

func (v *vaultPeer) ResolveKey(_ context.Context, r *vaultinternalv1.ResolveKeyRequest) (*vaultinternalv1.ResolveKeyResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if k := v.keys[r.GetName()]; k != nil {
		return proto.CloneOf(k), nil
	}
	return &vaultinternalv1.ResolveKeyResponse{}, nil
}

func (v *vaultPeer) ResolveTitles(_ context.Context, r *vaultinternalv1.ResolveTitlesRequest) (*vaultinternalv1.ResolveTitlesResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	v.titleCalls++
	out := &vaultinternalv1.ResolveTitlesResponse{Keys: map[string]string{}, Credentials: map[string]string{}}
	for _, id := range r.GetKeys() {
		out.Keys[id] = v.titles[r.GetWorkspace()+"/keys/"+id]
	}
	for _, id := range r.GetCredentials() {
		out.Credentials[id] = v.credentials["workspaces/"+r.GetWorkspace()+"/credentials/"+id].GetTitle()
	}
	return out, nil
}

func (v *vaultPeer) ResolveWorkspace(_ context.Context, r *vaultinternalv1.ResolveWorkspaceRequest) (*vaultinternalv1.ResolveWorkspaceResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	return &vaultinternalv1.ResolveWorkspaceResponse{Title: v.titles[r.GetWorkspace()], Suspensions: v.suspended[r.GetWorkspace()]}, nil
}

func (v *vaultPeer) ResolveCredentials(_ context.Context, r *vaultinternalv1.ResolveCredentialsRequest) (*vaultinternalv1.ResolveCredentialsResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	out := &vaultinternalv1.ResolveCredentialsResponse{}
	for _, id := range r.GetIds() {
		if c := v.credentials["workspaces/"+r.GetWorkspace()+"/credentials/"+id]; c != nil {
			out.Credentials = append(out.Credentials, proto.CloneOf(c))
		}
	}
	return out, nil
}

func (v *vaultPeer) VetDestinations(_ context.Context, r *vaultinternalv1.VetDestinationsRequest) (*vaultinternalv1.VetDestinationsResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	out := &vaultinternalv1.VetDestinationsResponse{}
	for _, d := range r.GetDestinations() {
		if strings.Contains(d, "unknown.") {
			out.Unknown = append(out.Unknown, d)
		}
	}
	return out, nil
}

func (v *vaultPeer) PutCredentialUses(_ context.Context, r *vaultinternalv1.PutCredentialUsesRequest) (*vaultinternalv1.PutCredentialUsesResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if v.uses == nil {
		v.uses = map[string][]string{}
	}
	v.uses[r.GetWorkflow()] = r.GetCredentials()
	return &vaultinternalv1.PutCredentialUsesResponse{}, nil
}

// authority is the member on whose behalf the call is made.
func authority(ctx context.Context, ws string) (string, error) {
	p := caller.From(ctx)
	if p.Kind != caller.Member || p.Workspace != ws {
		return "", errs.PermissionDenied("only a member of the workspace can do this")
	}
	return p.Key, nil
}

func (v *vaultPeer) StoreLiteral(ctx context.Context, r *vaultinternalv1.StoreLiteralRequest) (*vaultinternalv1.StoreLiteralResponse, error) {
	if _, err := authority(ctx, r.GetWorkspace()); err != nil {
		return nil, err
	}
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if c := r.GetCredential(); len(c.GetHosts()) == 0 && (c.GetProvider() == "openai_compatible" || c.GetProvider() == "generic") {
		return nil, errs.InvalidArgument("hosts are required").Field("credential.hosts", "required")
	}
	id := fmt.Sprintf("%s-%d", r.GetIdHint(), len(v.credentials))
	name := "workspaces/" + r.GetWorkspace() + "/credentials/" + id
	v.values[name] = r.GetCredential().GetValue()
	c := proto.CloneOf(r.GetCredential())
	c.Name, c.Value, c.Guardable = name, "", true
	v.credentials[name] = c
	return &vaultinternalv1.StoreLiteralResponse{Id: id}, nil
}

func (v *vaultPeer) PutCredentialGrant(ctx context.Context, r *vaultinternalv1.PutCredentialGrantRequest) (*vaultinternalv1.PutCredentialGrantResponse, error) {
	ws := strings.Split(r.GetShare(), "/")[1]
	by, err := authority(ctx, ws)
	if err != nil {
		return nil, err
	}
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, slot := range r.GetSlots() {
		if v.credentials["workspaces/"+ws+"/credentials/"+slot.GetCredential()] == nil {
			return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN, "no such credential")
		}
	}
	before := v.grants[r.GetShare()]
	confirmed := r.GetConfirmedDestinations()
	if before != nil {
		confirmed = append(confirmed, before.confirmed...)
	}
	for _, slot := range r.GetSlots() {
		if strings.Contains(slot.GetDestination(), "unknown.") && !slices.Contains(confirmed, slot.GetDestination()) {
			return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED, "unconfirmed")
		}
	}
	v.grants[r.GetShare()] = &credentialGrant{
		confirmed: confirmed,
		choice:    r.GetChoice(),
		hash:      r.GetVersionHash(), calls: r.GetCalls(), period: r.GetPeriod(), slots: r.GetSlots(), by: by,
		suspended: before != nil && before.suspended && !r.GetResume(),
	}
	if before != nil && !r.GetResume() {
		v.grants[r.GetShare()].unconfirmed = before.unconfirmed
	}
	if v.afterPut != nil {
		return &vaultinternalv1.PutCredentialGrantResponse{}, v.afterPut()
	}
	return &vaultinternalv1.PutCredentialGrantResponse{}, nil
}

func (v *vaultPeer) DeleteCredentialGrant(_ context.Context, r *vaultinternalv1.DeleteCredentialGrantRequest) (*vaultinternalv1.DeleteCredentialGrantResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	g, keep := v.grants[r.GetShare()], r.GetUnless()
	if g == nil || g.hash == keep.GetVersionHash() && g.calls == keep.GetCalls() && g.period == keep.GetPeriod() && g.choice == keep.GetChoice() {
		return &vaultinternalv1.DeleteCredentialGrantResponse{}, nil
	}
	delete(v.grants, r.GetShare())
	return &vaultinternalv1.DeleteCredentialGrantResponse{Suspended: g.suspended}, nil
}

func (v *vaultPeer) GetCredentialGrant(_ context.Context, r *vaultinternalv1.GetCredentialGrantRequest) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	g := v.grants[r.GetShare()]
	if g == nil {
		return &vaultinternalv1.GetCredentialGrantResponse{}, nil
	}
	return &vaultinternalv1.GetCredentialGrantResponse{Exists: true, VersionHash: g.hash, CallsLeft: g.calls, Suspended: g.suspended, Unconfirmed: g.unconfirmed}, nil
}

func (v *vaultPeer) EndRun(_ context.Context, r *vaultinternalv1.EndRunRequest) (*vaultinternalv1.EndRunResponse, error) {
	unlock, err := v.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	v.ended[r.GetRun()]++
	return &vaultinternalv1.EndRunResponse{Attempts: v.attempts[r.GetRun()], Verdict: v.verdict}, nil
}

// began records the attempts of a run.
func (v *vaultPeer) began(run string, attempts ...*vaultinternalv1.Attempt) {
	v.set(func() { v.attempts[run] = append(v.attempts[run], attempts...) })
}

func (v *vaultPeer) endings(run string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.ended[run]
}

// registryPeer knows models by "ws/model/version".
type registryPeer struct {
	registryinternalv1.UnimplementedRegistryInternalServiceServer

	mu     sync.Mutex
	public map[string]bool
	// aliases map "ws:name" to "ws/model/version".
	aliases map[string]string
	asked   int
}

func newRegistryPeer() *registryPeer {
	return &registryPeer{public: map[string]bool{}, aliases: map[string]string{}}
}

// alias maps a name in a workspace; an empty target deletes it.
func (r *registryPeer) alias(ws, name, target string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.aliases[ws+":"+name] = target
	if target == "" {
		delete(r.aliases, ws+":"+name)
	}
}

// questions returns how many requests there were since it was called last.
func (r *registryPeer) questions() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.asked
	r.asked = 0
	return n
}

func (r *registryPeer) SuggestModels(_ context.Context, q *registryinternalv1.SuggestModelsRequest) (*registryinternalv1.SuggestModelsResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := &registryinternalv1.SuggestModelsResponse{}
	for _, task := range q.GetTasks() {
		for _, full := range slices.Sorted(maps.Keys(r.public)) {
			if parts := strings.Split(full, "/"); parts[0] == q.GetOwnerWorkspace() || parts[0] == "operator" && r.public[full] {
				out.Models = append(out.Models, &registryinternalv1.SuggestedModel{Name: "workspaces/" + parts[0] + "/models/" + parts[1], Task: task})
			}
		}
	}
	return out, nil
}

// unanswerable is a model ID that the registry refuses to check.
const unanswerable = "acme/unanswerable/1"

func (r *registryPeer) add(id string, public bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.public[id] = public
}

func (r *registryPeer) remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.public, id)
}

func (r *registryPeer) CheckModels(_ context.Context, q *registryinternalv1.CheckModelsRequest) (*registryinternalv1.CheckModelsResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	out := &registryinternalv1.CheckModelsResponse{}
	for _, id := range q.GetModelIds() {
		if id == unanswerable {
			return nil, errs.InvalidArgument("not a question that has an answer")
		}
		out.Checks = append(out.Checks, r.check(id, q))
	}
	return out, nil
}

func (r *registryPeer) check(id string, q *registryinternalv1.CheckModelsRequest) *registryinternalv1.ModelCheck {
	owner, charged := q.GetOwnerWorkspace(), q.GetChargedWorkspace()
	candidates := []string{id}
	if parts := strings.Split(id, "/"); len(parts) == 6 {
		candidates = []string{parts[1] + "/" + parts[3] + "/" + parts[5]}
	} else if len(parts) < 3 {
		candidates = []string{owner + "/" + id, "operator/" + id}
	}
	aliased := func(ws string) bool {
		full := r.aliases[ws+":"+id]
		if full != "" {
			candidates = []string{full}
		}
		return full != ""
	}
	byAlias := !q.GetPublicOnly() && aliased(owner) || aliased("operator")
	for _, full := range candidates {
		public, exists := r.public[full]
		parts := strings.Split(full, "/")
		if !exists || !public && (q.GetPublicOnly() || parts[0] != owner) {
			continue
		}
		return &registryinternalv1.ModelCheck{
			ModelId: id, Exists: true, Aliased: byAlias, Version: fmt.Sprintf("workspaces/%s/models/%s/versions/%s", parts[0], parts[1], parts[2]),
			Usable: public || parts[0] == charged,
		}
	}
	return &registryinternalv1.ModelCheck{ModelId: id}
}

// The workflows of the tests.
const (
	plainWorkflow = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"who","default_value":"you"}],
		"steps":[{"type":"roboflow_core/string_template@v1","name":"greet","template":"hello {{ $parameters.who }}","data":{"who":"$inputs.who"}}],
		"outputs":[{"type":"JsonField","name":"greeting","selector":"$steps.greet.output"}]}`
	secretWorkflow = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"question","default_value":"what is it?"}],
		"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://llm.example.com/v1","model_name":"m",
			"prompt":"$inputs.question","api_key":"$credentials.llm"}],
		"outputs":[{"type":"JsonField","name":"answer","selector":"$steps.llm.output"}]}`
	modelWorkflow = `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"}],
		"steps":[{"type":"roboflow_core/roboflow_object_detection_model@v1","name":"detect","images":"$inputs.image","model_id":"cats/1"}],
		"outputs":[{"type":"JsonField","name":"found","selector":"$steps.detect.predictions"}]}`
)

// chosenModel is a workflow in which an input decides the model.
const chosenModel = `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"model","default_value":"cats/1"}],
	"steps":[{"type":"roboflow_core/roboflow_object_detection_model@v1","name":"detect","images":"$inputs.image","model_id":"$inputs.model"}],
	"outputs":[{"type":"JsonField","name":"found","selector":"$steps.detect.predictions"}]}`

// unbound is a credential workflow whose slot names no credential.
func unbound() string { return strings.Replace(secretWorkflow, "$credentials.llm", "$credentials", 1) }

func attempt(step string, n int32, credential, outcome string) *vaultinternalv1.Attempt {
	return &vaultinternalv1.Attempt{Step: step, Attempt: n, Credential: credential, Outcome: outcome}
}
