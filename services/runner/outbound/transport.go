package outbound

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// Client returns a client for one attempt. With slots it makes one call, because each call with a
// credential is an attempt that is counted.
func (o *Outbound) Client(_ context.Context, attempt engine.Attempt, slots ...string) (*http.Client, error) {
	return &http.Client{
		Transport:     &transport{Outbound: o, attempt: attempt, slots: slots},
		CheckRedirect: noRedirects,
	}, nil
}

// noRedirects makes a client return redirects. The egress follows those that may be followed.
func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// transport sends the requests of one attempt through the egress.
type transport struct {
	*Outbound
	attempt engine.Attempt
	slots   []string
	used    atomic.Bool // of two requests at the same time, only one may use the attempt
}

var errAttemptUsed = errors.New("a second call in an attempt that has a credential")

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	head := &vaultinternalv1.EgressHead{
		Method: request.Method, Url: request.URL.String(), MaxResponseBytes: maxAnswer, Step: t.attempt.Step,
		FollowRedirects: engine.FollowsRedirects(request.Context()),
	}
	if len(t.slots) == 0 {
		head.Grant = t.grant
		head.Headers = headerList(request.Header, nil)
		return t.call(request, head)
	}
	head.Headers = headerList(request.Header, credentialHeaders)
	if t.used.Swap(true) {
		return nil, errors.Join(errAttemptUsed, closeBody(request))
	}
	var err error
	if head.Handles, err = t.handles(request.Context()); err != nil {
		return nil, errors.Join(t.failed(request.Context(), err), closeBody(request))
	}
	// Recorded before the call: if the runner loses the answer, the provider may still charge.
	for _, slot := range t.slots {
		t.ledger.Called(t.attempt, slot)
	}
	answer, err := t.call(request, head)
	if err == nil {
		for _, slot := range t.slots {
			t.ledger.Answered(t.attempt, slot)
		}
	}
	return answer, err
}

// handles asks for a handle for each slot.
func (t *transport) handles(ctx context.Context) ([]string, error) {
	handles := make([]string, len(t.slots))
	for i, slot := range t.slots {
		issued, err := t.vault.IssueHandle(ctx, &vaultinternalv1.IssueHandleRequest{
			Grant: t.grant, Step: t.attempt.Step, Field: slot, Attempt: int32(t.attempt.Number),
		})
		if err != nil {
			return nil, err
		}
		handles[i] = issued.GetHandle()
	}
	return handles, nil
}
