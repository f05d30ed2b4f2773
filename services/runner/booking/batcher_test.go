package booking

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// books answers with a booking that names the run, or refuses it.
type books struct {
	sharinginternalv1.UnimplementedSharingInternalServiceServer
	mu    sync.Mutex
	calls int
	away  bool
	// mostRuns and mostEntries are the largest values of a call.
	mostRuns, mostEntries int
}

func (b *books) FinishRuns(_ context.Context, r *sharinginternalv1.FinishRunsRequest) (*sharinginternalv1.FinishRunsResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	b.mostRuns = max(b.mostRuns, len(r.GetRuns()))
	total := 0
	for _, end := range r.GetRuns() {
		total += entries(end)
	}
	b.mostEntries = max(b.mostEntries, total)
	if b.away {
		return nil, errs.Status(errs.Unavailable("not now")).Err()
	}
	out := &sharinginternalv1.FinishRunsResponse{}
	for _, end := range r.GetRuns() {
		run := &sharinginternalv1.FinishedRun{Result: &sharinginternalv1.FinishedRun_Booking{
			Booking: &sharinginternalv1.Booking{Charges: []*sharingv1.LineItem{{Resource: end.GetRun()}}},
		}}
		if strings.HasPrefix(end.GetRun(), "refused") {
			err := errs.PermissionDenied("not %s", end.GetRun())
			run.Result = &sharinginternalv1.FinishedRun_Error{Error: errs.Status(err).Proto()}
		}
		out.Runs = append(out.Runs, run)
	}
	return out, nil
}

func newBatcher(t testing.TB) (*Batcher, *books) {
	t.Helper()
	sharing, server, pipe := &books{}, grpc.NewServer(), rpc.NewPipe()
	sharinginternalv1.RegisterSharingInternalServiceServer(server, sharing)
	go func() { _ = server.Serve(pipe.Listener()) }()
	t.Cleanup(server.Stop)
	dial := pipe.As("")
	conn, err := grpc.NewClient("passthrough:///sharing", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return dial(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return NewBatcher(sharinginternalv1.NewSharingInternalServiceClient(conn)), sharing
}

// Runs that end together each get their own answer, whichever call they were in.
func TestEachRunGetsItsOwnBooking(t *testing.T) {
	t.Parallel()
	b, _ := newBatcher(t)
	var all sync.WaitGroup
	for i := range 600 {
		run := fmt.Sprintf("run%d", i)
		if i%7 == 0 {
			run = fmt.Sprintf("refused%d", i)
		}
		all.Go(func() {
			booking, err := b.Book(t.Context(), &sharinginternalv1.RunEnd{Run: run})
			if i%7 == 0 {
				if errs.ReasonOf(err) != errorsv1.Reason_REASON_PERMISSION_DENIED || errs.From(err).Message() != "not "+run {
					t.Errorf("%s: %v", run, err)
				}
				return
			}
			if err != nil || booking.GetCharges()[0].GetResource() != run {
				t.Errorf("%s: %v, %v", run, booking, err)
			}
		})
	}
	all.Wait()
}

// A call reports at most the allowed number of runs, and fits into a message.
func TestACallIsBounded(t *testing.T) {
	t.Parallel()
	b, sharing := newBatcher(t)
	small := &sharinginternalv1.RunEnd{Run: "small"}
	large := &sharinginternalv1.RunEnd{Run: "large", Steps: make([]*sharingv1.StepEvent, maxEntries/2+1)}
	for i := range large.Steps {
		large.Steps[i] = &sharingv1.StepEvent{}
	}
	var all sync.WaitGroup
	for i := range 2*maxEnds + 4 {
		end := small
		if i%(maxEnds/2) == 0 {
			end = large
		}
		all.Go(func() {
			if _, err := b.Book(t.Context(), end); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if sharing.mostRuns > maxEnds || sharing.mostEntries > maxEntries {
		t.Errorf("a call reported %d runs with %d entries", sharing.mostRuns, sharing.mostEntries)
	}
}

// A run that cannot be sent does not keep others from being booked. If sharing is
// unavailable, it is asked once for all.
func TestOneRunDoesNotFailTheOthers(t *testing.T) {
	t.Parallel()
	b, sharing := newBatcher(t)
	var all sync.WaitGroup
	for i := range 90 {
		end := &sharinginternalv1.RunEnd{Run: fmt.Sprintf("run%d", i)}
		if i%3 == 1 {
			end.Message = "\xff" // not UTF-8, so proto refuses to encode it
		}
		all.Go(func() {
			if _, err := b.Book(t.Context(), end); (err != nil) != (i%3 == 1) {
				t.Errorf("%s: %v", end.GetRun(), err)
			}
		})
	}
	all.Wait()
	sharing.calls, sharing.away = 0, true
	_, err := b.finish(t.Context(), []*sharinginternalv1.RunEnd{{Run: "a"}, {Run: "c"}})
	if errs.CodeOf(err) != codes.Unavailable || aboutOneRun(err) || sharing.calls != 1 {
		t.Errorf("sharing is unavailable: %v after %d calls", err, sharing.calls)
	}
}
