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
}

func (b *books) FinishRuns(_ context.Context, r *sharinginternalv1.FinishRunsRequest) (*sharinginternalv1.FinishRunsResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	if b.away {
		return nil, errs.Status(errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "not now")).Err()
	}
	out := &sharinginternalv1.FinishRunsResponse{}
	for _, end := range r.GetRuns() {
		run := &sharinginternalv1.FinishedRun{Result: &sharinginternalv1.FinishedRun_Booking{
			Booking: &sharinginternalv1.Booking{Charges: []*sharingv1.LineItem{{Resource: end.GetRun()}}},
		}}
		if strings.HasPrefix(end.GetRun(), "refused") {
			err := errs.PermissionDenied(errorsv1.Reason_REASON_PERMISSION_DENIED, "not %s", end.GetRun())
			run.Result = &sharinginternalv1.FinishedRun_Error{Error: errs.Status(err).Proto()}
		}
		out.Runs = append(out.Runs, run)
	}
	return out, nil
}

func newBatcher(t *testing.T) (*Batcher, *books) {
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

// Runs that end together get each its own answer, whichever call it came with.
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

// A crowd is as many runs as a call may have, and as much of them as a message takes.
func TestACrowdIsBounded(t *testing.T) {
	t.Parallel()
	small := &sharinginternalv1.RunEnd{}
	large := &sharinginternalv1.RunEnd{Steps: make([]*sharingv1.StepEvent, maxEntries+1)}
	b := &Batcher{}
	first, made := b.join(newEnding(small))
	for range maxEnds - 1 {
		if c, another := b.join(newEnding(small)); another || c != first {
			t.Fatal("a run that fits does not join")
		}
	}
	second, another := b.join(newEnding(small))
	if !made || !another || len(b.close(first)) != maxEnds {
		t.Error("a crowd that is full takes another run")
	}
	if _, another := b.join(newEnding(large)); !another {
		t.Error("a crowd takes more steps than a message does")
	}
	if len(b.close(second)) != 1 {
		t.Error("who made a crowd does not get it")
	}
}

// What cannot be sent of one run keeps no other from being booked, and a sharing that is
// away is asked once for all.
func TestOneRunDoesNotFailTheOthers(t *testing.T) {
	t.Parallel()
	b, sharing := newBatcher(t)
	three := []*ending{
		newEnding(&sharinginternalv1.RunEnd{Run: "a"}),
		newEnding(&sharinginternalv1.RunEnd{Run: "b", Message: "\xff"}), // no text, which proto refuses to encode
		newEnding(&sharinginternalv1.RunEnd{Run: "c"}),
	}
	b.send(t.Context(), three)
	for i, e := range three {
		if <-e.done; (e.err != nil) != (i == 1) {
			t.Errorf("%s: %v", e.end.GetRun(), e.err)
		}
	}
	sharing.calls, sharing.away = 0, true
	pair := []*ending{three[0], three[2]}
	for _, e := range pair {
		e.done = make(chan struct{})
	}
	b.send(t.Context(), pair)
	for _, e := range pair {
		if <-e.done; errs.CodeOf(e.err) != codes.Unavailable {
			t.Errorf("sharing is away: %v", e.err)
		}
	}
	if sharing.calls != 1 {
		t.Errorf("%d calls to a sharing that is away, want 1", sharing.calls)
	}
}
