package audit

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
)

// IDPrefix begins the ids of events and of uses, so that they sort together.
const IDPrefix = "evt"

// writeTimeout bounds the write of a refusal, which continues after its caller has left.
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

// Event begins an event. Add details to it, then write it.
func (l *Log) Event(by Actor, workspace, action, resource string) Event {
	e := Event{
		workspace: workspace, ID: id.New(IDPrefix), time: sqldb.Micros(l.now()), actor: by.name,
		action: action, resource: resource, Outcome: "ok", Details: map[string]string{},
	}
	if by.requestID != "" {
		e.Details["request_id"] = by.requestID
	}
	if by.session != "" {
		e.Details["session"] = by.session
	}
	return e
}

// Refused writes the event of a refused use, for the owner of the right. It returns no error, because the
// request is already refused.
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
