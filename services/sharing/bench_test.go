package sharing_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// concurrency is 16 callers, independent of the number of processors.
func concurrently(b *testing.B, work func(pb *testing.PB)) {
	b.Helper()
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(work)
}

// The read-only view over gRPC, as the gateway requests it.
func BenchmarkSharedView(b *testing.B) {
	s := newHarness(b, testkit.SQLite(b), "embedded:")
	s.workflow("acme", "greet", plainWorkflow)
	token := s.share("acme", "greet", &sharingv1.Share{Limits: &sharingv1.Limits{Runs: 1000, Period: vaultv1.Period_PERIOD_DAY}}).GetToken()
	ctx := s.guest("g")
	request := &sharingv1.GetSharedWorkflowRequest{Token: token}
	view, err := s.api.GetSharedWorkflow(ctx, request)
	must(b, err)
	b.SetBytes(int64(proto.Size(view)))
	concurrently(b, func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.api.GetSharedWorkflow(ctx, request); err != nil {
				b.Error(err)
			}
		}
	})
}

// Authorises, meters and durably books a shared run without running it.
func BenchmarkAuthorizeAndFinish(b *testing.B) {
	for name, open := range map[string]func(testing.TB) (string, string){
		"sqlite-embedded": func(t testing.TB) (string, string) { return testkit.SQLite(t), "embedded:" },
		"postgres-redis":  func(t testing.TB) (string, string) { return testkit.Postgres(t), testkit.Redis(t) },
	} {
		b.Run(name, func(b *testing.B) {
			db, redis := open(b)
			s := newHarness(b, db, redis)
			s.workflow("acme", "greet", plainWorkflow)
			token := s.share("acme", "greet", nil).GetToken()
			ctx := s.member("visitor")
			var n atomic.Int64
			concurrently(b, func(pb *testing.PB) {
				for pb.Next() {
					run := fmt.Sprintf("r%d", n.Add(1))
					if _, err := s.preview(ctx, token, run); err != nil {
						b.Error(err)
						return
					}
					if _, err := s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{
						Run: run, State: sharingv1.RunState_RUN_STATE_SUCCEEDED,
					}); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}
