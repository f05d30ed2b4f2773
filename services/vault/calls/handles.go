package calls

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// A request may carry several credentials, each in its own place. Its handles are used together or not at all.

// openAll reads the handles of one request.
func (s *InternalHandlers) openAll(tokens []string) ([]*handle, error) {
	var handles []*handle
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
		handles = append(handles, h)
		if !h.sameRequest(handles[0]) {
			return nil, errors.New("handles of different requests")
		}
	}
	return handles, nil
}

func (h *handle) sameRequest(o *handle) bool {
	return h.Run == o.Run && h.Step == o.Step && h.Attempt == o.Attempt && h.Workspace == o.Workspace && h.Peer == o.Peer &&
		h.Destination == o.Destination && h.ChargedKey == o.ChargedKey && h.Link == o.Link
}

// subjectsOf lists the subjects whose end ends a call.
func subjectsOf(handles []*handle) []string {
	var subjects []string
	add := func(subject string) {
		if !slices.Contains(subjects, subject) {
			subjects = append(subjects, subject)
		}
	}
	for _, h := range handles {
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

// recheck is the check of a running call. It copies the handles, because it runs concurrently with the call. It
// ignores versions: a new version of a credential does not end calls that were made with the old one.
func (s *InternalHandlers) recheck(handles []*handle) func(context.Context) error {
	copies := make([]handle, len(handles))
	for i, h := range handles {
		copies[i] = *h
	}
	return func(ctx context.Context) error {
		for _, h := range copies {
			h.Version = 0
			if err := s.checkRights(ctx, &h); err != nil {
				return err
			}
		}
		return nil
	}
}

// beginAll begins the calls of all handles. It begins them concurrently, so that their intents share a commit. If one
// fails, it undoes the others and returns the handle that failed.
func (s *InternalHandlers) beginAll(ctx context.Context, handles []*handle) (begun []attempts.Attempt, refused *handle, err error) {
	begun = make([]attempts.Attempt, len(handles))
	failures := make([]error, len(handles))
	var all sync.WaitGroup
	for i, h := range handles[1:] {
		all.Go(func() { begun[i+1], failures[i+1] = s.beginCall(ctx, h) })
	}
	begun[0], failures[0] = s.beginCall(ctx, handles[0])
	all.Wait()
	failed := slices.IndexFunc(failures, func(err error) bool { return err != nil })
	if failed < 0 {
		return begun, nil, nil
	}
	for i, h := range handles {
		if failures[i] == nil {
			s.undoCall(ctx, h, begun[i])
		}
	}
	return nil, handles[failed], failures[failed]
}

// undoCall records that a call was not made, and gives its count back. Its caller may have left.
func (s *InternalHandlers) undoCall(ctx context.Context, h *handle, a attempts.Attempt) {
	s.end(ctx, a, attempts.NotSent)
	ctx = context.WithoutCancel(ctx)
	q, err := s.quotaOf(ctx, h)
	if err == nil && q != nil {
		err = s.grants.GiveBack(ctx, *q)
	}
	s.logUncounted(ctx, err)
}
