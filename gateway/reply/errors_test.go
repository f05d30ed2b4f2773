package reply

import (
	"net/http"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// An input with a picture URL that cannot be fetched is an error of the caller.
func TestAnInputsProviderIs400(t *testing.T) {
	t.Parallel()
	if got := HTTPStatus(errs.InvalidArgument("the input image: no server").WithReason(errorsv1.Reason_REASON_PROVIDER_FAILED).Field("inputs.image", "no server")); got != http.StatusBadRequest {
		t.Errorf("status %d", got)
	}
}
