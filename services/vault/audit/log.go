package audit

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
)

// IDPrefix begins the ids of events and of uses, so that they sort together.
const IDPrefix = "evt"

// writeTimeout bounds the write of a refusal, which goes on after its caller has left.
const writeTimeout = 10 * time.Second

// Log writes and lists events.
type Log struct {
	db       *sqldb.DB
	uses     *attempts.Store
	log      *slog.Logger
	now      func() time.Time
	counter  *prometheus.CounterVec // of refusals, by their outcome
	refusals refusals
}

// New returns the log of a database. It counts refusals by their outcome.
func New(db *sqldb.DB, uses *attempts.Store, log *slog.Logger, now func() time.Time, refused *prometheus.CounterVec) *Log {
	return &Log{db: db, uses: uses, log: log, now: now, counter: refused}
}

// Event begins an event about what the caller does. The caller of it may add details and then writes it.
func (l *Log) Event(ctx context.Context, workspace, action, resource string) Event {
	e := Event{
		workspace: workspace, ID: id.New(IDPrefix), time: sqldb.Micros(l.now()), Actor: actor(ctx),
		action: action, resource: resource, Outcome: "ok", Details: map[string]string{},
	}
	if r := caller.RequestID(ctx); r != "" {
		e.Details["request_id"] = r
	}
	return e
}

// actor is the key that acts, or the peer if the call has no key.
func actor(ctx context.Context) string {
	if p := caller.From(ctx); p.Key != "" && p.Kind != caller.Guest {
		return p.Key
	}
	if peer := caller.Peer(ctx); peer != "" {
		return peer
	}
	return "guest"
}

// Refused tells the owner of a right that somebody tried to use it in a way that it does not allow. It
// returns no error, because the request is refused already.
func (l *Log) Refused(ctx context.Context, e Event) {
	l.counter.WithLabelValues(e.Outcome).Inc()
	dropped, ok := l.refusals.admit(e.workspace, l.now())
	if !ok {
		return
	}
	if dropped > 0 {
		e.Details["not_written_before"] = strconv.FormatInt(int64(dropped), 10)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := l.Alone(ctx, e); err != nil {
		l.log.LogAttrs(ctx, slog.LevelError, "writing a refusal to the audit log failed", slog.String("action", e.action), slog.Any("error", err))
	}
}
