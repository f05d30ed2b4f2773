package revocation

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

const (
	// channel is the Redis channel of the messages.
	channel = "ended"
	// publishTimeout bounds how long the caller of Announce waits for Redis.
	publishTimeout = time.Second
)

// Verb is what happened to a subject.
type Verb string

// Verbs, as messages spell them.
const (
	// Changed means that cached rows of the subject are old.
	Changed Verb = "changed"
	// Ended means that the subject has ended and that calls which rest on it must stop.
	Ended Verb = "ended"
	// Stopped means that the subject is the grant of a share and that the guard has suspended it.
	Stopped Verb = "stopped"
)

// Bus tells this replica and the others what happened to a subject.
type Bus struct {
	redis       *redisx.Client
	log         *slog.Logger
	running     *Running
	subscribers []func(Verb, string)
}

// NewBus returns a bus that ends running calls.
func NewBus(redis *redisx.Client, log *slog.Logger, running *Running) *Bus {
	return &Bus{redis: redis, log: log, running: running}
}

// Subscribe adds a function that drops what is cached of a subject. Subscribe before the first Announce or
// Listen: the list has no lock.
func (b *Bus) Subscribe(fn func(Verb, string)) { b.subscribers = append(b.subscribers, fn) }

// Announce tells this replica immediately, then the others. Write the row before: a subscriber that reads
// again must read the new state.
func (b *Bus) Announce(ctx context.Context, verb Verb, subject string) {
	b.deliver(verb, subject)
	// The row is written, so the others must be told even if the caller has left.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	if err := b.redis.Publish(ctx, b.redis.Channel(channel), string(verb)+" "+subject).Err(); err != nil {
		b.log.LogAttrs(ctx, slog.LevelWarn, "publishing a revocation failed; other replicas notice it when they check running calls",
			slog.Any("error", redisx.Error(err)))
	}
}

// deliver drops cached rows first and ends running calls last. A call whose context ends makes its caller
// try again, and the new call must not find the old row.
func (b *Bus) deliver(verb Verb, subject string) {
	for _, fn := range b.subscribers {
		fn(verb, subject)
	}
	switch verb {
	case Ended:
		b.running.end(subject, Revoked())
	case Stopped:
		b.running.end(subject, Paused())
	}
}

// Listen delivers what other replicas announce, until ctx ends. The Redis client reconnects. Watch finds
// what is lost meanwhile.
func (b *Bus) Listen(ctx context.Context) error {
	sub := b.redis.Subscribe(ctx, b.redis.Channel(channel))
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
			b.deliver(Verb(verb), subject)
		}
	}
}
