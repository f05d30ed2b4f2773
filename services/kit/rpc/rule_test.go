package rpc_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

func server(t *testing.T, endpoint rpc.Endpoint) *rpc.Server {
	t.Helper()
	s, err := rpc.NewServer(rpc.ServerConfig{Endpoint: endpoint, Logger: silence(t)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every method of the contract has a rule that its endpoint accepts.
func TestEveryMethodOfTheContractIsServed(t *testing.T) {
	t.Parallel()
	public, internal := server(t, rpc.Public), server(t, rpc.Internal)
	registryv1.RegisterRegistryServiceServer(public, registryv1.UnimplementedRegistryServiceServer{})
	runnerv1.RegisterRunnerServiceServer(public, runnerv1.UnimplementedRunnerServiceServer{})
	sharingv1.RegisterSharingServiceServer(public, sharingv1.UnimplementedSharingServiceServer{})
	vaultv1.RegisterVaultServiceServer(public, vaultv1.UnimplementedVaultServiceServer{})
	registryinternalv1.RegisterRegistryInternalServiceServer(internal, registryinternalv1.UnimplementedRegistryInternalServiceServer{})
	runnerinternalv1.RegisterRunnerInternalServiceServer(internal, runnerinternalv1.UnimplementedRunnerInternalServiceServer{})
	sharinginternalv1.RegisterSharingInternalServiceServer(internal, sharinginternalv1.UnimplementedSharingInternalServiceServer{})
	vaultinternalv1.RegisterVaultInternalServiceServer(internal, vaultinternalv1.UnimplementedVaultInternalServiceServer{})
	for name, s := range map[string]*rpc.Server{"public": public, "internal": internal} {
		if err := s.Check(); err != nil {
			t.Errorf("%s endpoint: %v", name, err)
		}
	}
}

// A method that a member may call names the member's resource. A new one without
// workspace_field would leave that check to its handler.
func TestMembersMethodsNameTheirWorkspace(t *testing.T) {
	t.Parallel()
	// These act on the request's own content, in the caller's own workspace, or with the caller's own key or session.
	exempt := map[string]bool{
		"ForkSharedWorkflow": true, "RunDefinition": true, "RunDefinitionStream": true, "InspectDefinition": true, "CreateSignInLink": true, "ApproveLogin": true,
		"RunSharedWorkflow": true, "RunSharedWorkflowStream": true,
	}
	n := 0
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				m := methods.Get(j)
				rule, _ := proto.GetExtension(m.Options(), accessv1.E_Rule).(*accessv1.Rule)
				if !strings.HasPrefix(string(m.FullName()), "keyhole.") || len(rule.GetRoles()) == 0 {
					continue
				}
				n++
				member := false
				for _, r := range rule.GetRoles() {
					member = member || slices.Contains([]accessv1.Role{accessv1.Role_ROLE_MEMBER, accessv1.Role_ROLE_EDITOR, accessv1.Role_ROLE_VIEWER}, r)
				}
				if member && rule.GetWorkspaceField() == "" && !exempt[string(m.Name())] {
					t.Errorf("%s: for members, without a workspace_field", m.FullName())
				}
			}
		}
		return true
	})
	if n < 20 {
		t.Errorf("only %d methods were looked at", n)
	}
}

// What a viewer and an editor may call. A method that is not listed is for owners: a new one starts without them.
func TestWhatEachRoleMayCall(t *testing.T) {
	t.Parallel()
	want := map[accessv1.Role][]string{
		accessv1.Role_ROLE_VIEWER: {
			"ApproveLogin", "CreateSignInLink", "DeleteSession", "GetModel", "GetModelAlias", "GetModelVersion", "GetRun", "GetShare", "GetWorkflow", "GetWorkflowDraft", "GetWorkflowVersion", "GetWorkspace",
			"InspectDefinition", "InspectWorkflow", "ListModelAliases", "ListModelVersions", "ListModels", "ListReports", "ListRuns", "ListSessions", "ListShares", "ListSuspensions", "ListWorkflowVersions", "ListWorkflows", "QueryUsage",
		},
		accessv1.Role_ROLE_EDITOR: {
			"CreateShare", "CreateWorkflow", "DeleteShare", "DeleteWorkflow", "DeleteWorkflowDraft", "ForkSharedWorkflow", "GetCredential", "ListCredentials", "PauseShare",
			"PublishWorkflowDraft", "PurgeWorkflow", "RestoreWorkflowVersion", "ResumeShare", "RotateShare", "RunSharedWorkflow", "RunSharedWorkflowStream", "RunWorkflow", "RunWorkflowStream",
			"UndeleteWorkflow", "UpdateShare", "UpdateWorkflow", "UpdateWorkflowDraft",
		},
	}
	got := map[accessv1.Role][]string{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				rule, _ := proto.GetExtension(methods.Get(j).Options(), accessv1.E_Rule).(*accessv1.Rule)
				for _, r := range rule.GetRoles() {
					got[r] = append(got[r], string(methods.Get(j).Name()))
				}
			}
		}
		return true
	})
	for role, methods := range want {
		slices.Sort(got[role])
		if !slices.Equal(got[role], methods) {
			t.Errorf("%v may call\n%q, want\n%q", role, got[role], methods)
		}
	}
}

func TestEndpointsAreKeptApart(t *testing.T) {
	t.Parallel()
	public, internal := server(t, rpc.Public), server(t, rpc.Internal)
	registryinternalv1.RegisterRegistryInternalServiceServer(public, registryinternalv1.UnimplementedRegistryInternalServiceServer{})
	registryv1.RegisterRegistryServiceServer(internal, registryv1.UnimplementedRegistryServiceServer{})
	if err := public.Check(); err == nil || !strings.Contains(err.Error(), "GetRunModel") {
		t.Errorf("an internal service on a public endpoint: %v", err)
	}
	if err := internal.Check(); err == nil || !strings.Contains(err.Error(), "GetModel") {
		t.Errorf("a public service on an internal endpoint: %v", err)
	}
}

func TestMethodWithoutRuleIsNotServed(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"nobody.knows.v1.Service", "grpc.lookalike.v1.Service", "keyhole.registry.v1.RegistryService"} {
		s := server(t, rpc.Public)
		s.RegisterService(&grpc.ServiceDesc{
			ServiceName: service, HandlerType: (*any)(nil),
			Methods: []grpc.MethodDesc{{MethodName: "NoSuchMethod"}},
		}, struct{}{})
		pipe := rpc.NewPipe()
		if err := s.Serve(t.Context(), pipe.Listener()); err == nil || !strings.Contains(err.Error(), "NoSuchMethod") {
			t.Errorf("%s: %v", service, err)
		}
	}
}
