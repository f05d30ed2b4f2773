package models

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// One workspace downloads many slow models. A quiet workspace gets its model immediately.
func TestAttackOneWorkspacesDownloads(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "many slow downloads of models of one workspace, in front of a quiet one")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := newStore(t, 1<<30)
	begun, release := make(chan struct{}, 100), make(chan struct{})
	// The store writes until each download has ended: its folder can be removed only after that.
	var downloads sync.WaitGroup
	defer downloads.Wait()
	defer close(release)
	hog := fair.With(ctx, fair.Client{Tenant: "hog", Visitor: "key"})
	for i := range 40 {
		slow := artifact([]byte(fmt.Sprint("weights", i)))
		fetch := slow.Fetch
		slow.Fetch = func(ctx context.Context, w io.Writer) error {
			begun <- struct{}{}
			<-release
			return fetch(ctx, w)
		}
		downloads.Go(func() { _, _, _ = s.Open(hog, slow) })
	}
	for range 8 {
		<-begun
	}
	quiet := fair.With(ctx, fair.Client{Tenant: "quiet", Visitor: "key"})
	for i := range 10 {
		_, done, err := s.Open(quiet, artifact([]byte(fmt.Sprint("quiet", i))))
		a.Attempt(err == nil, "a quiet workspace has no model: %v", err)
		if err == nil {
			done()
		}
	}
	a.Attempt(len(begun) == 0, "one workspace has %d downloads more than half", len(begun))
}
