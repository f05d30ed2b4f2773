package sharing_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

const llmCredential = "workspaces/acme/credentials/llm"

// caption starts runs of a workflow with a credential.
func (s *harness) caption(runs ...string) {
	s.t.Helper()
	s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
	s.workflow("acme", "caption", secretWorkflow)
	for _, run := range runs {
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/caption", run)
		must(s.t, err)
	}
}

func called(step string, n int32, tokens int64, unknown bool) *sharingv1.LineItem {
	return &sharingv1.LineItem{
		Step: step, Attempt: n, Kind: "credential", Resource: llmCredential, Quantity: 1, InputTokens: tokens, OutputTokens: 2 * tokens, EndUnknown: unknown,
	}
}

// A runner that leaves calls out, invents some, counts one twice or counts too many does
// not change which calls are booked.
func TestTheVaultSaysWhichCallsWereMade(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		s.caption("r1")
		s.vault.began("r1", attempt("llm", 1, llmCredential, "ok"), attempt("llm", 2, llmCredential, ""), attempt("llm", 3, llmCredential, ""),
			attempt("llm", 4, llmCredential, "ok"), attempt("llm", 5, llmCredential, "ok"), attempt("llm", 5, llmCredential, "ok"))
		tooMany := called("llm", 1, 10, true)
		tooMany.Quantity = 7
		model := &sharingv1.LineItem{Step: "detect", Attempt: 1, Kind: "model", Resource: "workspaces/acme/models/m/versions/1", Quantity: 3}
		out := s.finish("r1", tooMany, called("llm", 2, 0, true), called("llm", 3, 30, false), called("llm", 9, 90, false), model, called("llm", 1, 10, false), model)
		twice := called("llm", 5, 0, false) // by two fields of the step
		twice.Quantity = 2
		want := []*sharingv1.LineItem{
			{Kind: "run", Resource: "workspaces/acme/workflows/caption/versions/1", Quantity: 1},
			model,
			called("llm", 1, 10, false), called("llm", 2, 0, true), called("llm", 3, 30, false), called("llm", 4, 0, false), twice,
		}
		sorted := protocmp.SortRepeated(func(a, b *sharingv1.LineItem) bool {
			return a.GetStep() < b.GetStep() || a.GetStep() == b.GetStep() && a.GetAttempt() < b.GetAttempt()
		})
		for where, got := range map[string][]*sharingv1.LineItem{"the answer": out.GetCharges(), "the ledger": s.run("acme", "r1").GetCharges()} {
			if diff := cmp.Diff(&sharingv1.Run{Charges: want}, &sharingv1.Run{Charges: got}, protocmp.Transform(), sorted); diff != "" {
				t.Errorf("%s: %s", where, diff)
			}
		}
		usage, err := s.api.QueryUsage(s.member("acme"), &sharingv1.QueryUsageRequest{Parent: "workspaces/acme", GroupBy: "workflow"})
		must(t, err)
		if row := usage.GetRows()[0]; row.GetCredentialCalls() != 6 || row.GetInputTokens() != 40 {
			t.Errorf("usage is %v, want 6 calls and 40 tokens", row)
		}
	})
}

// A run without slots books no calls, whatever its runner reports.
func TestARunWithoutSlotsHasNoCalls(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "greet", plainWorkflow)
	_, err := s.own(s.member("acme"), "workspaces/acme/workflows/greet", "r1")
	must(t, err)
	if out := s.finish("r1", called("greet", 1, 5, false)); len(out.GetCharges()) != 1 {
		t.Errorf("booked %v", out.GetCharges())
	}
}

// The vault is unavailable when a run ends. The run stays open, and its usage is booked
// once, by the runner's retry or by the reaper.
func TestABookingWaitsForTheVault(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		s.caption("again", "given-up")
		for _, run := range []string{"again", "given-up"} {
			s.vault.began(run, attempt("llm", 1, llmCredential, "ok"))
		}
		s.vault.set(func() { s.vault.down = true })
		finish := func(run string) error {
			_, err := s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{
				Run: run, State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Items: []*sharingv1.LineItem{called("llm", 1, 10, false)},
			})
			return err
		}
		for _, run := range []string{"again", "given-up"} {
			if err := finish(run); errs.CodeOf(err) != codes.Unavailable {
				t.Fatalf("%s: without the vault's account: %v", run, err)
			}
			if got := s.run("acme", run); got.GetState() != sharingv1.RunState_RUN_STATE_RUNNING || len(got.GetCharges()) != 0 {
				t.Fatalf("%s was booked without the vault's account: %v", run, got)
			}
		}
		s.vault.set(func() { s.vault.down = false })
		must(t, finish("again"))
		s.clock.advance(16 * time.Second)
		loops(t, s.first)
		eventually(t, "the other is settled", func() bool { return s.run("acme", "given-up").GetState() == sharingv1.RunState_RUN_STATE_ABANDONED })
		must(t, finish("given-up"))
		for run, tokens := range map[string]int64{"again": 10, "given-up": 0} {
			charges := s.run("acme", run).GetCharges()
			if len(charges) != 2 || charges[1].GetQuantity() != 1 || charges[1].GetInputTokens() != tokens {
				t.Errorf("%s: booked %v", run, charges)
			}
		}
		eventually(t, "nothing is reserved", func() bool { return s.reserved() == 0 })
	})
}

// A run belongs to its runner. Another runner that knows its ID can neither end it nor get
// its grant by asking again.
func TestOnlyTheRunsRunnerFinishesIt(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		other := s.replica(s.openDB(), s.redis) // that did not admit the run
		s.caption("r1")
		for name, client := range map[string]prover{"admitted here": s.runner, "read": other.runner} {
			r := failed("r1", "", "")
			r.Proof = proofOf("another run")
			_, err := client.FinishRun(context.Background(), r)
			refused(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
			again := &sharinginternalv1.AuthorizeRunRequest{
				Run: "r1", Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: "workspaces/acme/workflows/caption"}, ProofHash: hashOf(r.GetProof()),
			}
			if _, err := client.AuthorizeRun(s.member("acme"), again); errs.ReasonOf(err) != errorsv1.Reason_REASON_ALREADY_EXISTS {
				t.Errorf("%s: asked for again by another: %v", name, err)
			}
		}
		if s.run("acme", "r1").GetState() != sharingv1.RunState_RUN_STATE_RUNNING || s.vault.endings("r1") != 0 {
			t.Error("another runner has ended the run")
		}
		_, err := s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{Run: "r1", State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Proof: []byte("short")})
		refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
		_, err = other.runner.FinishRun(context.Background(), failed("r1", "", ""))
		must(t, err)
	})
}

// One call that finishes several runs reports each error in the place of its run, and books
// the other runs.
func TestEachRunOfACallEndsByItself(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		s.caption("r1", "r2", "r3")
		ends := []*sharinginternalv1.RunEnd{failed("r1", "", ""), failed("r2", "", ""), failed("nobody", "", ""), failed("r3", "", ""), failed("r1", "", "")}
		for _, end := range ends {
			end.Proof = proofOf(end.GetRun())
		}
		ends[1].Proof = proofOf("another run")
		out, err := s.runner.FinishRuns(context.Background(), &sharinginternalv1.FinishRunsRequest{Runs: ends})
		must(t, err)
		for i, want := range []codes.Code{codes.OK, codes.PermissionDenied, codes.NotFound, codes.OK, codes.OK} {
			got := out.GetRuns()[i]
			if code := codes.Code(got.GetError().GetCode()); code != want || (got.GetBooking() != nil) != (want == codes.OK) {
				t.Errorf("%s: %v, want %v", ends[i].GetRun(), got, want)
			}
		}
		for run, want := range map[string]int{"r1": 1, "r2": 0, "r3": 1} {
			if got := s.run("acme", run); (got.GetState() != sharingv1.RunState_RUN_STATE_RUNNING) != (want == 1) || len(got.GetCharges()) != want {
				t.Errorf("%s is %v with charges %v", run, got.GetState(), got.GetCharges())
			}
		}
	})
}

// The usage that one run may book is bounded, so that no sum overflows and no commit takes
// long.
func TestWhatARunBooksIsBounded(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.caption("r1")
	many := make([]*sharingv1.LineItem, 20_001)
	for i := range many {
		many[i] = &sharingv1.LineItem{Step: "detect", Attempt: int32(i), Kind: "model", Quantity: 1}
	}
	for name, items := range map[string][]*sharingv1.LineItem{
		"many": many, "large": {{Step: "detect", Kind: "model", Quantity: math.MaxInt64}}, "tokens": {called("llm", 1, math.MaxInt64/2, false)},
		"negative": {{Step: "detect", Kind: "model", Quantity: -1}}, "kind": {{Kind: "run", Quantity: 1}},
	} {
		if _, err := s.runner.FinishRun(context.Background(), failed("r1", "", "", items...)); errs.CodeOf(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(s.finish("r1", many[:20_000]...).GetCharges()) != 20_001 {
		t.Error("what is within the bounds is not booked")
	}
}

// Usage counts each visitor of the workspace's links once, also a visitor with several days or
// links. Runs of the workspace itself have no visitor, and a payer does not learn who visits the
// links of others.
func TestUsageCountsVisitors(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		one := s.share("acme", "greet", &sharingv1.Share{}).GetToken()
		two := s.share("acme", "greet", &sharingv1.Share{}).GetToken()
		visit := func(ctx context.Context, token, run string) {
			_, err := s.preview(ctx, token, run)
			must(t, err)
			s.finish(run)
		}
		visit(s.member("visitor"), one, "r1")
		visit(s.member("visitor"), two, "r2")
		visit(s.guest("somebody"), one, "r3")
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/greet", "r4")
		must(t, err)
		s.finish("r4")
		query := func(ws, by string) *sharingv1.QueryUsageResponse {
			out, err := s.api.QueryUsage(s.member(ws), &sharingv1.QueryUsageRequest{Parent: "workspaces/" + ws, GroupBy: by})
			must(t, err)
			return out
		}
		if got := query("acme", ""); got.GetVisitors() != 2 || got.GetReturningVisitors() != 0 {
			t.Errorf("on the first day: %v", got)
		}
		s.clock.advance(24 * time.Hour)
		visit(s.member("visitor"), one, "r5")
		if got := query("acme", ""); got.GetVisitors() != 2 || got.GetReturningVisitors() != 1 {
			t.Errorf("on the second day: %v", got)
		}
		if got := query("visitor", ""); got.GetVisitors() != 0 || got.GetRows()[0].GetVisitors() != 0 || got.GetRows()[0].GetRuns() != 3 {
			t.Errorf("who pays learns of %v", got)
		}
		if got := query("acme", "workflow").GetVisitors(); got != 0 {
			t.Errorf("by workflow, all together: %d", got)
		}
	})
}
