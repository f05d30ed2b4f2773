package outbound

import (
	"context"
	"fmt"
	"io"
	"net/http"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

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
