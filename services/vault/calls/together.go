package calls

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// Handles that are used together are those of one request: it carries several
// credentials, each at a place of its own. Whatever bounds one bounds all.

// openAll reads the handles of one request.
func (s *InternalHandlers) openAll(tokens []string) ([]*handle, error) {
	var together []*handle
	fields := map[string]bool{}
	for _, token := range tokens {
		h, err := s.open(token)
		if err != nil {
			return nil, err
		}
		if fields[h.Field] {
			return nil, errors.New("two handles for one slot")
		}
		fields[h.Field] = true
		together = append(together, h)
		if !h.sameRequest(together[0]) {
			return nil, errors.New("handles of different requests")
		}
	}
	return together, nil
}

func (h *handle) sameRequest(o *handle) bool {
	return h.Run == o.Run && h.Step == o.Step && h.Attempt == o.Attempt && h.Workspace == o.Workspace && h.Peer == o.Peer &&
		h.Destination == o.Destination && h.ChargedKey == o.ChargedKey && h.Link == o.Link
}

// subjectsOf are what can end a call.
func subjectsOf(together []*handle) []string {
	var subjects []string
	add := func(subject string) {
		if !slices.Contains(subjects, subject) {
			subjects = append(subjects, subject)
		}
	}
	for _, h := range together {
		add(revocation.Run(h.Run))
		add(revocation.Key(h.ChargedKey))
		if h.Owner != "" {
			add(revocation.Key(h.Owner))
		}
		if h.Credential != "" {
			add(revocation.Credential(h.Credential))
		}
		if h.Share != "" {
			add(revocation.Grant(h.Share))
		}
	}
	return subjects
}

// stillMayUse is what the watch asks of a running call. A new version of a credential
// does not end calls that were made with the old one.
func (s *InternalHandlers) stillMayUse(together []*handle) func(context.Context) error {
	kept := make([]handle, len(together))
	for i, h := range together {
		kept[i] = *h
	}
	return func(ctx context.Context) error {
		for _, now := range kept {
			now.Version = 0
			if err := s.mayUse(ctx, &now); err != nil {
				return err
			}
		}
		return nil
	}
}

// spendAll uses the handles up and writes their intents, at the same time so that they
// share a commit. If one fails, the others are written as not sent, their calls are
// given back, and the one that failed is returned.
func (s *InternalHandlers) spendAll(ctx context.Context, together []*handle) (begun []attempts.Attempt, refused *handle, err error) {
	begun = make([]attempts.Attempt, len(together))
	problems := make([]error, len(together))
	var all sync.WaitGroup
	for i, h := range together[1:] {
		all.Go(func() { begun[i+1], problems[i+1] = s.spend(ctx, h) })
	}
	begun[0], problems[0] = s.spend(ctx, together[0])
	all.Wait()
	at := slices.IndexFunc(problems, func(err error) bool { return err != nil })
	if at < 0 {
		return begun, nil, nil
	}
	for i, h := range together {
		if problems[i] == nil {
			s.unspend(ctx, h, begun[i])
		}
	}
	return nil, together[at], problems[at]
}

// unspend writes that a call was not made, and that it does not count.
func (s *InternalHandlers) unspend(ctx context.Context, h *handle, a attempts.Attempt) {
	s.finish(ctx, a, attempts.NotSent)
	ctx = context.WithoutCancel(ctx)
	q, err := s.quotaOf(ctx, h)
	if err == nil && q != nil {
		err = s.grants.GiveBack(ctx, *q)
	}
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "a call that was not made stays counted", slog.Any("error", err))
	}
}

func destroy(slots egress.Slots) {
	for _, s := range slots {
		s.Secret.Destroy()
	}
}
