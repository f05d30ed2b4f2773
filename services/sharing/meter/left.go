package meter

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/period"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// Left is what a limited scope has left.
type Left struct {
	Count
	Reset time.Time
}

// Left reads how many runs and pictures each scope has left. All scopes must be limited.
func (m *Meter) Left(ctx context.Context, scopes []Scope) ([]Left, error) {
	q := &question{scopes: scopes}
	for range attempts {
		if err := q.prepare(ctx, m); err != nil {
			return nil, err
		}
		_, err := m.redis.Pipelined(ctx, func(p redis.Pipeliner) error { q.queue(ctx, p); return nil })
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, redisx.Error(err)
		}
		if left, live := q.answer(m); live {
			return left, nil
		}
	}
	return nil, unsettled(errors.New("the generation keeps changing"))
}

// answer returns the answer of a question that was sent with other commands. It asks again
// if a generation changed meanwhile.
func (m *Meter) answer(ctx context.Context, q *question) ([]Left, error) {
	if left, live := q.answer(m); live {
		return left, nil
	}
	return m.Left(ctx, q.scopes)
}

// question holds the commands that read what scopes have left.
type question struct {
	scopes []Scope

	now      time.Time
	at       []*generation
	used     []*redis.SliceCmd
	pointers []*redis.StringCmd
}

// prepare finds the counters.
func (q *question) prepare(ctx context.Context, m *Meter) error {
	n := len(q.scopes)
	q.now, q.at, q.used, q.pointers = m.now(), make([]*generation, n), make([]*redis.SliceCmd, n), make([]*redis.StringCmd, n)
	for i, s := range q.scopes {
		var err error
		if q.at[i], err = m.live(ctx, s.Subject); err != nil {
			return err
		}
	}
	return nil
}

func (q *question) queue(ctx context.Context, p redis.Pipeliner) {
	for i, s := range q.scopes {
		period := which(s.Period)
		q.used[i] = p.HMGet(ctx, q.at[i].counters, fields(Runs, q.now)[period], fields(Pictures, q.now)[period])
		q.pointers[i] = p.Get(ctx, q.at[i].pointer)
	}
}

// number returns one field of an answer. A missing counter has counted nothing.
func number(fields *redis.SliceCmd, i int) int64 {
	if i >= len(fields.Val()) {
		return 0
	}
	text, _ := fields.Val()[i].(string)
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// answer returns what is left. live is false if a generation was not the live one: ask again
// then.
func (q *question) answer(m *Meter) (left []Left, live bool) {
	left, live = make([]Left, len(q.scopes)), true
	for i, s := range q.scopes {
		if q.pointers[i].Val() != q.at[i].name {
			m.forget(q.at[i])
			live = false
		}
		var used Count
		used.Runs, used.Pictures = number(q.used[i], 0), number(q.used[i], 1)
		left[i] = Left{Count: s.Limit.less(used), Reset: period.End(s.Period, q.now)}
	}
	return left, live
}
