package sharing_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Two tenants, every RPC: a request that names the other's resource gets the answer for a
// resource that does not exist. A method that this table does not know fails the test.
func TestNoRPCCrossesTenants(t *testing.T) {
	t.Parallel()
	const theirs, workflow = "workspaces/victim", "workspaces/victim/workflows/canary"
	on(t, func(t *testing.T, s *harness) {
		s.workflow("victim", "canary", strings.Replace(plainWorkflow, "hello", "canary-text", 1))
		share := s.share("victim", "canary", &sharingv1.Share{Title: "canary-title"})
		_, err := s.own(s.member("victim"), workflow, "canary-run")
		must(t, err)
		s.finish("canary-run")
		definition := object(t, plainWorkflow)
		requests := map[string]proto.Message{
			"CreateWorkflow":         &sharingv1.CreateWorkflowRequest{Parent: theirs, Workflow: &sharingv1.Workflow{Definition: definition}},
			"ListWorkflows":          &sharingv1.ListWorkflowsRequest{Parent: theirs},
			"GetWorkflow":            &sharingv1.GetWorkflowRequest{Name: workflow},
			"UpdateWorkflow":         &sharingv1.UpdateWorkflowRequest{Workflow: &sharingv1.Workflow{Name: workflow, Title: "mine"}},
			"DeleteWorkflow":         &sharingv1.DeleteWorkflowRequest{Name: workflow},
			"UndeleteWorkflow":       &sharingv1.UndeleteWorkflowRequest{Name: workflow},
			"PurgeWorkflow":          &sharingv1.PurgeWorkflowRequest{Name: workflow},
			"ListWorkflowVersions":   &sharingv1.ListWorkflowVersionsRequest{Parent: workflow},
			"GetWorkflowVersion":     &sharingv1.GetWorkflowVersionRequest{Name: workflow + "/versions/1"},
			"RestoreWorkflowVersion": &sharingv1.RestoreWorkflowVersionRequest{Name: workflow + "/versions/1"},
			"InspectWorkflow":        &sharingv1.InspectWorkflowRequest{Name: workflow},
			"InspectDefinition":      &sharingv1.InspectDefinitionRequest{Parent: theirs, Definition: definition},
			"GetWorkflowDraft":       &sharingv1.GetWorkflowDraftRequest{Name: workflow + "/draft"},
			"UpdateWorkflowDraft":    &sharingv1.UpdateWorkflowDraftRequest{Draft: &sharingv1.WorkflowDraft{Name: workflow + "/draft", Definition: definition}},
			"DeleteWorkflowDraft":    &sharingv1.DeleteWorkflowDraftRequest{Name: workflow + "/draft", Etag: "d"},
			"PublishWorkflowDraft":   &sharingv1.PublishWorkflowDraftRequest{Name: workflow + "/draft", Etag: "d"},
			"CreateShare":            &sharingv1.CreateShareRequest{Parent: workflow},
			"ListShares":             &sharingv1.ListSharesRequest{Parent: workflow},
			"GetShare":               &sharingv1.GetShareRequest{Name: share.GetName()},
			"UpdateShare":            &sharingv1.UpdateShareRequest{Share: &sharingv1.Share{Name: share.GetName(), Title: "mine"}},
			"DeleteShare":            &sharingv1.DeleteShareRequest{Name: share.GetName()},
			"PauseShare":             &sharingv1.PauseShareRequest{Name: share.GetName()},
			"ResumeShare":            &sharingv1.ResumeShareRequest{Name: share.GetName()},
			"RotateShare":            &sharingv1.RotateShareRequest{Name: share.GetName()},
			"ForkSharedWorkflow":     &sharingv1.ForkSharedWorkflowRequest{Token: share.GetToken(), Parent: theirs},
			"ListRuns":               &sharingv1.ListRunsRequest{Parent: theirs},
			"GetRun":                 &sharingv1.GetRunRequest{Name: theirs + "/runs/canary-run"},
			"ListReports":            &sharingv1.ListReportsRequest{Parent: theirs},
			"QueryUsage":             &sharingv1.QueryUsageRequest{Parent: theirs},
			"ReconcileUsage":         &sharingv1.ReconcileUsageRequest{Parent: theirs},
		}
		methods := sharingv1.File_keyhole_sharing_v1_sharing_proto.Services().ByName("SharingService").Methods()
		for i := range methods.Len() {
			name := string(methods.Get(i).Name())
			if name == "GetSharedWorkflow" || name == "WatchSharedWorkflow" || name == "UnlockSharedWorkflow" || name == "ReportSharedWorkflow" { // anyone with the link may
				continue
			}
			request, known := requests[name]
			if !known {
				t.Errorf("%s is not tried", name)
				continue
			}
			for who, ctx := range map[string]context.Context{"a member of another": s.member("attacker"), "a guest": s.guest("g")} {
				err := s.call(ctx, methods.Get(i), request)
				if code := errs.CodeOf(err); code != codes.NotFound && (who == "a member of another" || code != codes.Unauthenticated && code != codes.PermissionDenied) {
					t.Errorf("%s by %s: %v", name, who, err)
				}
				if err != nil && strings.Contains(err.Error(), "canary-t") {
					t.Errorf("%s tells %s of it: %v", name, who, err)
				}
			}
		}
		// A caller's own names do not reach the other tenant's rows either.
		for _, run := range []string{"workspaces/attacker/runs/canary-run"} {
			if _, err := s.api.GetRun(s.member("attacker"), &sharingv1.GetRunRequest{Name: run}); errs.CodeOf(err) != codes.NotFound {
				t.Errorf("%s: %v", run, err)
			}
		}
		if n := s.usage("attacker", "workflow"); len(n) != 0 {
			t.Errorf("usage %v", n)
		}
		if _, err := s.own(s.member("attacker"), workflow, "r2"); errs.CodeOf(err) != codes.NotFound {
			t.Errorf("running it: %v", err)
		}
		if _, err := s.own(s.guest("g"), workflow, "r3"); errs.CodeOf(err) != codes.NotFound {
			t.Errorf("running it as a guest: %v", err)
		}
		got, err := s.api.GetShare(s.member("victim"), &sharingv1.GetShareRequest{Name: share.GetName()})
		must(t, err)
		if got.GetTitle() != "canary-title" || got.GetToken() != share.GetToken() {
			t.Errorf("the share was changed: %v", got)
		}
	})
}

// call makes one call by its descriptor.
func (s *harness) call(ctx context.Context, m protoreflect.MethodDescriptor, request proto.Message) error {
	conn := s.conn
	name := "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
	reply := &sharingv1.Workflow{} // the answer does not matter, the error does
	return conn.Invoke(ctx, name, request, reply, grpc.WaitForReady(true))
}

// Only the runner reaches the internal endpoint.
func TestTheInternalEndpointIsTheRunners(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		for _, peer := range []string{"gateway", "vault", ""} {
			client := prover{sharinginternalv1.NewSharingInternalServiceClient(s.serveAs(peer))}
			_, err := client.FinishRun(context.Background(), failed("r", "", ""))
			if code := errs.CodeOf(err); code != codes.PermissionDenied && code != codes.Unauthenticated && code != codes.Unavailable {
				t.Errorf("%q finishes a run: %v", peer, err)
			}
		}
	})
}
