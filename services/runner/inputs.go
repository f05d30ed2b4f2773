package runner

import (
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/runner/run"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// inputsOf moves the inputs out of a request, so that other holders of the request no longer have
// them.
func (s *Service) inputsOf(given *[]byte) (map[string]any, error) {
	document := *given
	*given = nil
	if len(document) > s.cfg.InputBytes {
		return nil, inputsTooLarge(s.cfg.InputBytes)
	}
	if len(document) == 0 || string(document) == "null" {
		return map[string]any{}, nil
	}
	decoded, err := value.Decode(document)
	if err != nil {
		return nil, errs.InvalidArgument("the inputs are not valid JSON").WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).
			Because(err)
	}
	inputs, ok := decoded.(map[string]any)
	if !ok {
		return nil, errs.InvalidArgument("the inputs must be a JSON object").WithReason(errorsv1.Reason_REASON_INPUT_INVALID).
			Field("inputs", "must be an object")
	}
	return inputs, nil
}

func inputsTooLarge(limit int) error {
	return errs.InvalidArgument("the inputs are larger than %d MiB", limit>>20).WithReason(errorsv1.Reason_REASON_REQUEST_TOO_LARGE)
}

func (p *public) order(by caller.Principal, target *sharinginternalv1.AuthorizeRunRequest, given *[]byte) (run.Order, error) {
	inputs, err := p.service.inputsOf(given)
	return run.Order{Caller: by, Target: target, Inputs: inputs}, err
}
