package inflight

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// deafSharing becomes unreachable after a time.
type deafSharing struct {
	sharinginternalv1.SharingInternalServiceClient
	from  time.Time
	calls []int
}

func (d *deafSharing) RenewRuns(_ context.Context, r *sharinginternalv1.RenewRunsRequest, _ ...grpc.CallOption) (*sharinginternalv1.RenewRunsResponse, error) {
	d.calls = append(d.calls, len(r.GetRuns()))
	if !time.Now().Before(d.from) {
		return nil, errs.Unavailable("gone")
	}
	return &sharinginternalv1.RenewRunsResponse{}, nil
}

// Rights that cannot be confirmed for ten seconds are lost.
func TestRunsEndWhenSharingIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		sharing := &deafSharing{from: begin.Add(5 * time.Second)}
		runs := New(sharing, slog.New(slog.DiscardHandler), time.Now, 1)
		renewing, stop := context.WithCancel(t.Context())
		defer stop()
		go runs.renew(renewing)
		run, end := context.WithCancelCause(t.Context())
		runs.Add("run_a", []byte("a"), end)
		runs.Add("run_b", []byte("b"), func(error) {})
		<-run.Done()
		if took := time.Since(begin); took < 14*time.Second || took > 16*time.Second {
			t.Errorf("it went on for %s, 10 s after the last confirmation is right", took)
		}
		if reason := errs.ReasonOf(context.Cause(run)); reason != errorsv1.Reason_REASON_UNAVAILABLE {
			t.Errorf("ended with %v", context.Cause(run))
		}
		for _, n := range sharing.calls {
			if n != 2 {
				t.Errorf("a request named %d runs, want both", n)
			}
		}
		if per := float64(len(sharing.calls)) / time.Since(begin).Seconds(); per > 2.1 {
			t.Errorf("%.1f requests a second", per)
		}
	})
}

func TestNobodyAsksForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sharing := &deafSharing{}
		runs := New(sharing, slog.New(slog.DiscardHandler), time.Now, 1)
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		runs.renew(ctx)
		if len(sharing.calls) != 0 {
			t.Errorf("%d requests without runs", len(sharing.calls))
		}
	})
}
