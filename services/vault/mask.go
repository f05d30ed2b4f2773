package vault

import (
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// updateMask checks what an update wants to change. Nil means that there is no
// mask: whatever is given changes. Paths of fields that a client cannot set are let through and
// change nothing: whoever reads a resource, edits it and sends it back names them
// too.
func updateMask(paths, mutable, ignored []string) ([]string, error) {
	var (
		mask []string
		bad  = errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the update names what cannot be changed")
		any  bool
	)
	for _, p := range paths {
		switch {
		case slices.Contains(mutable, p):
			mask = append(mask, p)
		case slices.Contains(ignored, p):
		default:
			bad, any = bad.Field("update_mask", p+" cannot be changed"), true
		}
	}
	if any {
		return nil, bad
	}
	if len(paths) > 0 && mask == nil {
		mask = []string{}
	}
	return mask, nil
}

func badName(field, form string) error {
	return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the name is not of the form %s", form).
		Field(field, "want "+form)
}
