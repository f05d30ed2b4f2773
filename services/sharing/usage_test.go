package sharing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// reconcile compares the sums of a workspace with the ledger.
func (s *harness) reconcile(ws string) *sharingv1.ReconcileUsageResponse {
	s.t.Helper()
	out, err := s.api.ReconcileUsage(s.member(ws), &sharingv1.ReconcileUsageRequest{Parent: "workspaces/" + ws})
	must(s.t, err)
	return out
}

// Runs of every kind that end concurrently, some of them twice, leave sums that equal the
// ledger, also when some of the ends are in other hours.
func TestSumsEqualTheLedger(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		one, two := s.share("acme", "greet", &sharingv1.Share{}).GetToken(), s.share("acme", "greet", &sharingv1.Share{}).GetToken()
		random := rand.New(rand.NewPCG(1, 2))
		total := map[string]int64{}
		for round := range 4 {
			var ends []*sharinginternalv1.RunEnd
			for i := range 30 {
				run := fmt.Sprintf("r%d-%d", round, i)
				payer := s.started(t, random.IntN(4), one, two, run)
				total[payer]++
				ends = append(ends, &sharinginternalv1.RunEnd{
					Run: run, State: []sharingv1.RunState{sharingv1.RunState_RUN_STATE_SUCCEEDED, sharingv1.RunState_RUN_STATE_FAILED}[random.IntN(2)],
					Items: modelsOf(random),
				})
			}
			s.endAll(t, append(ends, ends[:10]...))
			s.clock.advance(time.Hour)
		}
		for _, ws := range []string{"acme", "visitor"} {
			got := s.reconcile(ws)
			if len(got.GetDifferences()) > 0 || got.GetSums() == 0 || ws == "acme" && got.GetRuns() != 120 {
				t.Errorf("%s: %v", ws, got)
			}
			if n := s.usage(ws, "")[""]; n != total[ws] {
				t.Errorf("%s was charged %d runs, want %d", ws, n, total[ws])
			}
		}
	})
}

// started starts a run of one of four kinds, and returns the workspace that pays.
func (s *harness) started(t *testing.T, kind int, one, two, run string) (payer string) {
	t.Helper()
	var err error
	switch kind {
	case 0:
		payer = "acme"
		_, err = s.own(s.member("acme"), "workspaces/acme/workflows/greet", run)
	case 1:
		payer = "operator"
		_, err = s.preview(s.guest("somebody"), one, run)
	case 2:
		payer = "visitor"
		_, err = s.preview(s.member("visitor"), two, run)
	default:
		payer = "acme"
		_, err = s.preview(s.key("acme", "second"), one, run)
	}
	must(t, err)
	return payer
}

func modelsOf(random *rand.Rand) (out []*sharingv1.LineItem) {
	for i := range random.IntN(3) {
		out = append(out, &sharingv1.LineItem{
			Step: fmt.Sprint("s", i), Attempt: 1, Kind: "model", Resource: fmt.Sprintf("workspaces/acme/models/m%d/versions/1", random.IntN(2)), Quantity: 1 + random.Int64N(5),
		})
	}
	return out
}

// endAll ends runs concurrently.
func (s *harness) endAll(t *testing.T, ends []*sharinginternalv1.RunEnd) {
	t.Helper()
	var all sync.WaitGroup
	for _, end := range ends {
		end := &sharinginternalv1.RunEnd{Run: end.GetRun(), State: end.GetState(), Items: end.GetItems()}
		all.Go(func() {
			if _, err := s.runner.FinishRun(context.Background(), end); err != nil {
				t.Errorf("%s: %v", end.GetRun(), err)
			}
		})
	}
	all.Wait()
}

// The sums of credentials equal the ledger: a run with two credentials is one run of its
// workspace, and one of each credential. The comparison does not tell the owner who paid.
func TestSumsOfCredentialsEqualTheLedger(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.caption()
		token := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess}).GetToken()
		for _, run := range []string{"r1", "r2"} {
			_, err := s.preview(s.member("visitor"), token, run, "question")
			must(t, err)
			s.vault.began(run, attempt("llm", 1, "workspaces/acme/credentials/llm", "ok"), attempt("llm", 1, "workspaces/acme/credentials/other", "failed 500"))
			s.finish(run)
		}
		if got := s.reconcile("acme"); len(got.GetDifferences()) != 0 || got.GetSums() == 0 {
			t.Errorf("%v", got)
		}
		for by, want := range map[string][]int64{"": {2}, "credential": {2, 2}} {
			out, err := s.api.QueryUsage(s.member("acme"), &sharingv1.QueryUsageRequest{Parent: "workspaces/acme", GroupBy: by})
			must(t, err)
			var runs []int64
			for _, row := range out.GetCredentials() {
				runs = append(runs, row.GetRuns())
			}
			if !slices.Equal(runs, want) {
				t.Errorf("by %q: %v runs, want %v", by, runs, want)
			}
		}
		_, err := s.db.Exec(context.Background(), sqldb.Statement{Text: "UPDATE usage_visits SET runs = runs + 1"}, sqldb.Statement{Text: "UPDATE usage_sums SET runs = runs + 1"})
		must(t, err)
		if got := s.reconcile("acme"); len(got.GetDifferences()) != 8 || strings.Contains(text(t, got), "visitor/") {
			t.Errorf("the owner sees %v", got)
		}
	})
}

// A comparison finds a sum that is wrong, one that is missing and one that nothing explains.
func TestReconcileFindsWrongSums(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		token := s.share("acme", "greet", &sharingv1.Share{}).GetToken()
		for i, kind := range []int{0, 1, 2, 3} {
			run := fmt.Sprint("r", i)
			s.started(t, kind, token, token, run)
			s.finish(run, &sharingv1.LineItem{Step: "a", Attempt: 1, Kind: "model", Resource: "workspaces/acme/models/m/versions/1", Quantity: 3})
		}
		if got := s.reconcile("acme"); len(got.GetDifferences()) != 0 {
			t.Fatal(got)
		}
		for _, change := range []string{
			"UPDATE usage_sums SET runs = runs + 1 WHERE workspace = 'acme'",
			"DELETE FROM usage_visits WHERE visitor <> ''",
			"INSERT INTO usage_sums SELECT workspace, section, dimension, value || 'x', hour, 1, 0, 0, 0, 0, 0, 0 FROM usage_sums WHERE dimension = 'key' AND workspace = 'acme'",
		} {
			before := len(s.reconcile("acme").GetDifferences())
			_, err := s.db.Exec(context.Background(), sqldb.Statement{Text: change})
			must(t, err)
			if got := s.reconcile("acme").GetDifferences(); len(got) <= before {
				t.Errorf("%s: %v", change, got)
			}
		}
		_, err := s.api.ReconcileUsage(s.member("acme"), &sharingv1.ReconcileUsageRequest{
			Parent: "workspaces/acme", StartTime: timestamppb.New(time.Now().Add(-40 * 24 * time.Hour)),
		})
		if errs.CodeOf(err) != codes.InvalidArgument {
			t.Errorf("40 days: %v", err)
		}
	})
}
