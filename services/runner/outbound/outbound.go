package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// maxAnswer bounds the response to one call of a step, in bytes.
const maxAnswer = 32 << 20

// Outbound is the only way out of one run: the vault's egress, under the run's grant. It holds no
// secret.
type Outbound struct {
	vault  vaultinternalv1.VaultInternalServiceClient
	grant  string
	ledger *booking.Ledger
	// calls counts all requests that were sent, by steps at the same time.
	calls atomic.Int64
	// paused ends the run. A run whose link was paused starts no further step.
	paused func()
}

// New makes the way out of a run. It calls paused when the vault says that the link was paused.
func New(vault vaultinternalv1.VaultInternalServiceClient, grant string, ledger *booking.Ledger, paused func()) *Outbound {
	return &Outbound{vault: vault, grant: grant, ledger: ledger, paused: paused}
}

// Calls counts all requests that were sent.
func (o *Outbound) Calls() int64 { return o.calls.Load() }

// Client returns a client for one attempt. With slots it makes one call, because each call with a
// credential is an attempt that is counted.
func (o *Outbound) Client(_ context.Context, attempt engine.Attempt, slots ...string) (*http.Client, error) {
	return &http.Client{
		Transport:     &transport{Outbound: o, attempt: attempt, slots: slots},
		CheckRedirect: noRedirects,
	}, nil
}

// noRedirects makes a client return redirects. The egress follows those that are to be followed.
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

func closeBody(request *http.Request) error {
	if request.Body == nil {
		return nil
	}
	return request.Body.Close()
}

// Error is the error of a failed call: the end of the run, or the error of the peer. It never shows
// the text of grpc, which names addresses.
func Error(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errs.From(err)
}

// failed is the error of a call. If the link was paused it also ends the run, whatever a block makes
// of the error.
func (o *Outbound) failed(ctx context.Context, err error) error {
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_PAUSED {
		o.paused()
	}
	return Error(ctx, err)
}

// Fetch gets a picture by its URL, under the run's grant and without a credential.
func (o *Outbound) Fetch(ctx context.Context, url string, limit int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, errs.InvalidArgument("it is not a picture and not a URL that begins with https://").WithReason(errorsv1.Reason_REASON_INPUT_INVALID).Because(err)
	}
	answer, err := o.call(request, &vaultinternalv1.EgressHead{
		Method: request.Method, Url: url, Grant: o.grant, FollowRedirects: true, MaxResponseBytes: limit,
	})
	if err != nil {
		return nil, pictureError(err, limit)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, errs.InvalidArgument("the server of the picture's URL answered %d", answer.StatusCode).WithReason(errorsv1.Reason_REASON_INPUT_INVALID)
	}
	encoded, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, pictureError(fmt.Errorf("read picture: %w", err), limit)
	}
	return encoded, nil
}

// pictureError explains a response that the egress cut off.
func pictureError(err error, limit int64) error {
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_RESULT_TOO_LARGE {
		return err
	}
	return errs.InvalidArgument("the picture at the URL is larger than %d MiB; use a smaller one", limit>>20).WithReason(errorsv1.Reason_REASON_IMAGE_TOO_LARGE)
}
