package preview

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// One address requests many pictures. A quiet one gets its picture after at most two of
// them.
func TestAttackOneAddressesPreviews(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "previews that one address asks for, in front of a quiet one")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	subject := &sharingv1.SharedWorkflow{Title: "a workflow"}
	hog, quiet := fair.Client{Tenant: "192.0.2.1"}, fair.Client{Tenant: "192.0.2.2"}
	held, err := p.turns.Acquire(ctx, 1, hog) // one is being drawn
	if err != nil {
		t.Fatal(err)
	}
	order := make(chan string, 40)
	var all sync.WaitGroup
	ask := func(c fair.Client, tag string) {
		all.Go(func() {
			_, err := p.PNG(ctx, c, tag, subject)
			order <- c.Tenant
			if err != nil {
				t.Error(err)
			}
		})
	}
	for i := range 30 {
		ask(hog, fmt.Sprint("hog", i))
	}
	awaitWaiting(ctx, p.turns, 30)
	ask(quiet, "quiet")
	awaitWaiting(ctx, p.turns, 31)
	held.Release()
	place := 1
	for who := <-order; who != quiet.Tenant; who = <-order {
		place++
	}
	a.Attempt(place <= 3, "a quiet address is served at place %d", place)
	all.Wait()
}

func awaitWaiting(ctx context.Context, p *fair.Pool, n int) {
	for p.Waiting() < n && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}
