package sharing_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// loops runs the background loops of replicas until the test ends.
func loops(t *testing.T, replicas ...*replica) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, r := range replicas {
		all.Go(func() {
			if err := r.service.Run(ctx); err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	t.Cleanup(func() { cancel(); all.Wait() })
}

// eventually waits for an effect of a background loop.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-tick.C
	}
}

func (s *harness) run(ws, run string) *sharingv1.Run {
	s.t.Helper()
	out, err := s.api.GetRun(s.member(ws), &sharingv1.GetRunRequest{Name: "workspaces/" + ws + "/runs/" + run})
	must(s.t, err)
	return out
}

// A runner dies and leaves its attempts. Two replicas race to close the run; it is closed
// once.
func TestAnAbandonedRunIsSettledOnceFromItsIntents(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		second := s.replica(s.openDB(), s.redis)
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		s.workflow("acme", "caption", secretWorkflow)
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/caption", "r1")
		must(t, err)
		const credential = "workspaces/acme/credentials/llm"
		s.vault.set(func() {
			s.vault.attempts["r1"] = []*vaultinternalv1.Attempt{attempt("llm", 1, credential, "ok"), attempt("llm", 2, credential, "")}
		})
		loops(t, s.first, second)
		if got := s.run("acme", "r1").GetState(); got != sharingv1.RunState_RUN_STATE_RUNNING {
			t.Fatalf("a run within its lease is %v", got)
		}
		s.clock.advance(16 * time.Second)
		eventually(t, "the run is settled", func() bool { return s.run("acme", "r1").GetState() == sharingv1.RunState_RUN_STATE_ABANDONED })
		want := []*sharingv1.LineItem{
			{Kind: "run", Resource: "workspaces/acme/workflows/caption/versions/1", Quantity: 1},
			{Step: "llm", Attempt: 1, Kind: "credential", Resource: credential, Quantity: 1},
			{Step: "llm", Attempt: 2, Kind: "credential", Resource: credential, Quantity: 1, EndUnknown: true},
		}
		if diff := cmp.Diff(want, s.run("acme", "r1").GetCharges(), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		eventually(t, "nothing is reserved", func() bool { return s.reserved() == 0 })
		// The runner was only slow. Its late call returns the existing booking and books
		// nothing.
		out := s.finish("r1", &sharingv1.LineItem{Step: "llm", Attempt: 3, Kind: "credential", Resource: credential, Quantity: 1})
		if diff := cmp.Diff(want, out.GetCharges(), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		if n := s.usage("acme", "key")["workspaces/acme/keys/main"]; n != 1 {
			t.Errorf("%d runs were charged, want 1", n)
		}
	})
}

// The vault is unavailable when a run must be closed. The run is closed when the vault is
// back.
func TestASettlementWaitsForTheVault(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
	s.workflow("acme", "caption", secretWorkflow)
	_, err := s.own(s.member("acme"), "workspaces/acme/workflows/caption", "r1")
	must(t, err)
	s.vault.set(func() { s.vault.down = true })
	s.clock.advance(16 * time.Second)
	loops(t, s.first)
	if s.run("acme", "r1").GetState() != sharingv1.RunState_RUN_STATE_RUNNING {
		t.Error("the run was settled without its intents")
	}
	s.vault.set(func() { s.vault.down = false })
	eventually(t, "the run is settled", func() bool {
		return s.run("acme", "r1").GetState() == sharingv1.RunState_RUN_STATE_ABANDONED && s.vault.endings("r1") > 0
	})
}

// A second finish returns the result of the first.
func TestFinishingIsIdempotent(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/greet", "r1")
		must(t, err)
		item := &sharingv1.LineItem{Step: "greet", Attempt: 1, Kind: "model", Resource: "m", Quantity: 2}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, err := s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{
					Run: "r1", State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Items: []*sharingv1.LineItem{item},
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		_, err = s.runner.FinishRun(context.Background(), failed("r1", "STEP_FAILED", "late"))
		must(t, err)
		got := s.run("acme", "r1")
		if got.GetState() != sharingv1.RunState_RUN_STATE_SUCCEEDED || len(got.GetCharges()) != 2 {
			t.Errorf("the run is %v", got)
		}
		_, err = s.runner.FinishRun(context.Background(), failed("nobody", "", ""))
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
	})
}

// A process dies between its reservation and the row of the run. The sweep releases the
// reservation after its maximum age, and nothing is charged.
func TestAReservationWithoutARunIsTakenBack(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		s := newHarness(t, testkit.SQLite(t), url)
		s.vault.budget("workspaces/acme/keys/main", 2, vaultv1.Period_PERIOD_DAY)
		ctx := s.member("acme")
		s.workflow("acme", "greet", plainWorkflow)
		dying := s.openDB()
		doomed := s.replica(dying, s.openSameRedis())
		must(t, dying.Close()) // its rows can no longer be written
		ask := func(r *replica, run string) error {
			_, err := r.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
				Run: run, Target: &sharinginternalv1.AuthorizeRunRequest_Definition{Definition: []byte(plainWorkflow)},
			})
			return err
		}
		// The other replica has the counters rebuilt; the failing one finds them.
		must(t, ask(s.first, "r1"))
		refused(t, ask(doomed, "r2"), errorsv1.Reason_REASON_UNAVAILABLE)
		if n := s.reserved(); n != 2 {
			t.Fatalf("%d reservations, want that of the run and the one that was left", n)
		}
		refused(t, ask(s.first, "r3"), errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED)
		_, err := s.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"r1"}})
		must(t, err)
		s.clock.advance(14 * time.Second)
		_, err = s.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"r1"}})
		must(t, err)
		s.clock.advance(2 * time.Second)
		loops(t, s.first)
		eventually(t, "the reservation is taken back", func() bool { return s.reserved() == 1 })
		// The rebuilt count catches up later; until then it is one too high.
		eventually(t, "there is room for a run", func() bool { return ask(s.first, "r4") == nil })
	})
}

// openSameRedis returns another connection to the same Redis. An embedded server has one
// connection only.
func (s *harness) openSameRedis() *redisx.Client {
	if s.redisURL == "embedded:" {
		return s.redis
	}
	return s.openRedis()
}

// A run ID is idempotent. A request ID is used once, by one caller.
func TestARunIsAskedForAgain(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		ask := func(ctx context.Context, run, request string) (*sharinginternalv1.AuthorizeRunResponse, error) {
			return s.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
				Run: run, RequestId: request, Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: "workspaces/acme/workflows/greet"},
			})
		}
		first, err := ask(s.member("acme"), "r1", "once")
		must(t, err)
		again, err := ask(s.member("acme"), "r1", "once")
		must(t, err)
		if again.GetName() != first.GetName() || again.GetDeadline().AsTime() != first.GetDeadline().AsTime() {
			t.Errorf("asked again it answers %v, before %v", again, first)
		}
		_, err = ask(s.member("acme"), "r2", "once")
		refused(t, err, errorsv1.Reason_REASON_ALREADY_EXISTS)
		if m := metadataOf(t, err); m["run"] != "workspaces/acme/runs/r1" {
			t.Errorf("the run is not named: %v", m)
		}
		_, err = ask(s.key("acme", "other"), "r3", "once") // another caller's request id
		must(t, err)
		_, err = ask(s.key("acme", "other"), "r1", "")
		refused(t, err, errorsv1.Reason_REASON_ALREADY_EXISTS)
		if n := s.reserved(); n != 2 {
			t.Errorf("%d reservations, want 2", n)
		}
		s.finish("r1")
		_, err = ask(s.member("acme"), "r1", "once")
		refused(t, err, errorsv1.Reason_REASON_ALREADY_EXISTS)
	})
}

// Each change that revokes a run's rights ends the run within a second. Other changes do
// not.
func TestRenewingEndsWhatLostItsRight(t *testing.T) {
	t.Parallel()
	hidden := &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER}
	for name, withdraw := range map[string]func(s *harness, share *sharingv1.Share) error{
		"revoked": func(s *harness, share *sharingv1.Share) error {
			_, err := s.api.DeleteShare(s.member("acme"), &sharingv1.DeleteShareRequest{Name: share.GetName()})
			return err
		},
		"paused": func(s *harness, share *sharingv1.Share) error {
			_, err := s.api.PauseShare(s.member("acme"), &sharingv1.PauseShareRequest{Name: share.GetName()})
			return err
		},
		"rotated": func(s *harness, share *sharingv1.Share) error {
			_, err := s.api.RotateShare(s.member("acme"), &sharingv1.RotateShareRequest{Name: share.GetName()})
			return err
		},
		"workflow deleted": func(s *harness, _ *sharingv1.Share) error {
			_, err := s.api.DeleteWorkflow(s.member("acme"), &sharingv1.DeleteWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
			return err
		},
		"credentials closed": func(s *harness, share *sharingv1.Share) error {
			_, err := s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{
				Share: &sharingv1.Share{Name: share.GetName(), CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_VISITOR}, UpdateMask: mask("credential_access"),
			})
			return err
		},
		"grant withdrawn": func(s *harness, share *sharingv1.Share) error {
			s.vault.set(func() { delete(s.vault.grants, share.GetName()) })
			return nil
		},
		"suspended": func(s *harness, share *sharingv1.Share) error {
			s.vault.set(func() { s.vault.grants[share.GetName()].suspended = true })
			return nil
		},
		"key revoked": func(s *harness, _ *sharingv1.Share) error { s.vault.revoke("workspaces/visitor/keys/main"); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newHarness(t, testkit.SQLite(t), "embedded:")
			other := s.replica(s.db, s.redis) // that received no message
			s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
			s.workflow("acme", "caption", secretWorkflow)
			share := s.share("acme", "caption", hidden)
			_, err := s.preview(s.member("visitor"), share.GetToken(), "r1")
			must(t, err)
			renew := func() []*sharinginternalv1.EndedRun {
				out, err := other.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"r1"}})
				must(t, err)
				return out.GetEnded()
			}
			if ended := renew(); len(ended) != 0 {
				t.Fatalf("a run in its right is ended: %v", ended)
			}
			must(t, withdraw(s, share))
			s.settle()
			ended := renew()
			if len(ended) != 1 || ended[0].GetRun() != "r1" || ended[0].GetMessage() == "" {
				t.Errorf("ended: %v", ended)
			}
			// No other run starts, on either replica.
			for i, r := range []*replica{s.first, other} {
				if _, err := r.runner.AuthorizeRun(s.member("visitor"), authorize(share.GetToken(), fmt.Sprintf("n%d", i), 0)); err == nil && name != "key revoked" {
					t.Error("another run begins")
				}
			}
		})
	}
}

// Renewing extends a lease. The answer for an unknown run says that it has ended.
func TestRenewingKeepsARunAlive(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/greet", "r1")
		must(t, err)
		loops(t, s.first)
		for range 6 {
			s.clock.advance(5 * time.Second)
			out, err := s.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"r1", "nobody"}})
			must(t, err)
			if len(out.GetEnded()) != 1 || out.GetEnded()[0].GetRun() != "nobody" {
				t.Fatalf("ended: %v", out.GetEnded())
			}
		}
		if got := s.run("acme", "r1").GetState(); got != sharingv1.RunState_RUN_STATE_RUNNING {
			t.Errorf("a renewed run is %v", got)
		}
		s.vault.set(func() { s.vault.down = true })
		s.settle()
		if _, err := s.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"r1"}}); err == nil {
			t.Error("without the vault it is said that the run may go on")
		}
	})
}

// Only its own runner keeps a run alive. Another runner gets the answer for a run that does
// not exist, whether or not the replica knows the run.
func TestAnotherRunnerKeepsNoRunAlive(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		for _, run := range []string{"r1", "r2"} {
			_, err := s.own(s.member("acme"), "workspaces/acme/workflows/greet", run)
			must(t, err)
		}
		replicas := []*replica{s.first, s.replica(s.db, s.redis)}
		loops(t, s.first)
		for range 4 {
			s.clock.advance(5 * time.Second)
			for _, r := range replicas {
				for name, proofs := range map[string][][]byte{
					"none":    {},
					"wrong":   {[]byte("a secret of another runner"), proofOf("nobody"), proofOf("r2")},
					"of r2":   {proofOf("r2"), proofOf("r2"), proofOf("r2")},
					"shifted": {proofOf("nobody"), proofOf("r1"), proofOf("r2")},
				} {
					out, err := r.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"r1", "nobody", "r2"}, Proofs: proofs})
					must(t, err)
					said := map[string]string{}
					for _, ended := range out.GetEnded() {
						said[ended.GetRun()] = ended.GetMessage()
					}
					if said["r1"] == "" || said["r1"] != said["nobody"] {
						t.Fatalf("proof %s: of the run it is said %q, of one that there is not %q", name, said["r1"], said["nobody"])
					}
					if name != "none" && said["r2"] != "" {
						t.Fatalf("proof %s: a proven run is ended: %q", name, said["r2"])
					}
				}
			}
		}
		eventually(t, "the run is settled", func() bool { return s.run("acme", "r1").GetState() == sharingv1.RunState_RUN_STATE_ABANDONED })
		if got := s.run("acme", "r2").GetState(); got != sharingv1.RunState_RUN_STATE_RUNNING {
			t.Errorf("the run that was renewed is %v", got)
		}
	})
}

// A new version that cannot be analysed must not end the runs of other owners that the same
// call renews.
func TestARunWhoseRightCannotBeToldEndsAlone(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "greet", plainWorkflow)
	share := s.share("acme", "greet", &sharingv1.Share{FollowLive: true})
	_, err := s.preview(s.member("acme"), share.GetToken(), "r1")
	must(t, err)
	s.workflow("other", "greet", plainWorkflow)
	_, err = s.own(s.member("other"), "workspaces/other/workflows/greet", "r2")
	must(t, err)
	s.save("acme", "greet", withModel(unanswerable))
	s.settle()
	out, err := s.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"r1", "r2"}})
	must(t, err)
	if len(out.GetEnded()) != 1 || out.GetEnded()[0].GetRun() != "r1" {
		t.Errorf("ended: %v, want r1 alone", out.GetEnded())
	}
}

// withModel is a definition with one model.
func withModel(id string) string {
	return `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"}],
		"steps":[{"type":"roboflow_core/roboflow_object_detection_model@v2","name":"find","images":"$inputs.image","model_id":"` + id + `"}],
		"outputs":[{"type":"JsonField","name":"out","selector":"$steps.find.predictions"}]}`
}

// A model's name must not be able to add questions to the request to the registry.
func TestAModelIDIsOneQuestion(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.registry.add("acme/cats/1", true)
	for name, id := range map[string]string{"two": `cats/1\u0000cats/1`, "too many": strings.Repeat(`\u0000`, 1001)} {
		t.Run(name, func(t *testing.T) {
			slug := strings.ReplaceAll(name, " ", "-")
			s.workflow("acme", slug, withModel(id))
			_, err := s.own(s.member("acme"), "workspaces/acme/workflows/"+slug, slug, "image")
			refused(t, err, errorsv1.Reason_REASON_MODEL_NOT_FOUND)
		})
	}
}
