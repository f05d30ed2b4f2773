package vault

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

const (
	// watchEvery is how often the rights of running calls are looked at again.
	watchEvery = 250 * time.Millisecond
	// blind is how long a call may go on while its rights cannot be read.
	blind = 3 * time.Second
	// sweepEvery is how often what is long over is dropped.
	sweepEvery = 10 * time.Minute
	// channel is where replicas tell each other what has ended.
	channel = "ended"
)

// revoked is what a call gets whose right has ended under it.
func revoked() error {
	return errs.Aborted(errorsv1.Reason_REASON_RUN_REVOKED,
		"the run was ended: its share, key, credential or the run itself is not there any more")
}

// inflight are the calls that this replica is making, by what they rest on.
type inflight struct {
	mu    sync.Mutex
	calls map[string]map[*call]struct{}
}

// call is one that can be ended.
type call struct {
	cancel   context.CancelCauseFunc
	subjects []string
	check    func(context.Context) error
	seen     time.Time // when check last had an answer; the watch's own
}

func newInflight() *inflight { return &inflight{calls: make(map[string]map[*call]struct{})} }

// add registers a call before its rights are checked, so that what ends between
// the check and the call is not missed. The context ends when a subject does.
func (f *inflight) add(ctx context.Context, check func(context.Context) error, subjects ...string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &call{cancel: cancel, subjects: subjects, check: check}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range subjects {
		if f.calls[s] == nil {
			f.calls[s] = make(map[*call]struct{})
		}
		f.calls[s][c] = struct{}{}
	}
	return ctx, func() { f.remove(c) }
}

func (f *inflight) remove(c *call) {
	f.mu.Lock()
	for _, s := range c.subjects {
		delete(f.calls[s], c)
		if len(f.calls[s]) == 0 {
			delete(f.calls, s)
		}
	}
	f.mu.Unlock()
	c.cancel(context.Canceled)
}

// end cancels the calls that rest on a subject.
func (f *inflight) end(subject string, cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.calls[subject] {
		c.cancel(cause)
	}
}

func (f *inflight) all() []*call {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := make(map[*call]struct{})
	var all []*call
	for _, calls := range f.calls {
		for c := range calls {
			if _, ok := seen[c]; !ok {
				seen[c] = struct{}{}
				all = append(all, c)
			}
		}
	}
	return all
}

// What replicas tell each other of a subject.
const (
	// changed: what is remembered of it is old.
	changed = "changed"
	// over: it has ended, and calls that rest on it must stop.
	over = "ended"
	// stopped: it is a share's grant, and the guard has suspended it.
	stopped = "stopped"
)

// announce tells this replica, at once, and the others that something about a
// subject has changed, and with end that calls resting on it must stop. The row
// was written before: a message that is lost only costs the others' watch its
// period.
func (s *Service) announce(ctx context.Context, end bool, subject string) {
	verb := changed
	if end {
		verb = over
	}
	s.tell(ctx, verb, subject)
}

func (s *Service) tell(ctx context.Context, verb, subject string) {
	s.heard(verb, subject)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := s.redis.Publish(ctx, s.redis.Channel(channel), verb+" "+subject).Err(); err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "other replicas could not be told", slog.Any("error", redisx.Error(err)))
	}
}

func (s *Service) heard(verb, subject string) {
	s.rights.forget(subject)
	if strings.HasPrefix(subject, "key ") {
		s.logins.DropAll()
	}
	switch verb {
	case over:
		s.guards.drop(subject)
		s.inflight.end(subject, revoked())
	case stopped:
		s.inflight.end(subject, paused())
	}
}

// listen hears what other replicas announce. The client connects again by
// itself; what is lost meanwhile, the watch finds.
func (s *Service) listen(ctx context.Context) error {
	sub := s.redis.Subscribe(ctx, s.redis.Channel(channel))
	defer func() { _ = sub.Close() }()
	messages := sub.Channel()
	for {
		select {
		case <-ctx.Done():
			return nil
		case m, ok := <-messages:
			if !ok {
				return nil
			}
			verb, subject, _ := strings.Cut(m.Payload, " ")
			s.heard(verb, subject)
		}
	}
}

// watch looks at the rights of running calls again and again, whatever messages
// came. A call whose rights cannot be read for a while is ended too.
func (s *Service) watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.lookAgain(ctx)
		}
	}
}

func (s *Service) lookAgain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, blind)
	defer cancel()
	for _, c := range s.inflight.all() {
		err, now := c.check(ctx), time.Now() // real time: it is compared with itself
		switch errs.ReasonOf(err) {
		case errorsv1.Reason_REASON_UNSPECIFIED:
			c.seen = now
		case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_DEADLINE_EXCEEDED, errorsv1.Reason_REASON_INTERNAL:
			if c.seen.IsZero() {
				c.seen = now
			} else if now.Sub(c.seen) > blind {
				c.cancel(revoked())
			}
		case errorsv1.Reason_REASON_SHARE_PAUSED:
			c.cancel(paused())
		default:
			c.cancel(revoked())
		}
	}
}

// sweep drops marks that no grant can need any more.
func (s *Service) sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			err := errors.Join(s.store.forgetRuns(ctx, sqldb.Micros(s.now().Add(-2*grant.MaxLifetime))), s.store.forgetShown(ctx))
			if err != nil && ctx.Err() == nil {
				s.log.LogAttrs(ctx, slog.LevelWarn, "what is over could not be dropped", slog.Any("error", err))
			}
		}
	}
}
