package resource

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Mask checks the paths of an update mask. It returns nil if there is no mask, which means
// that every field in the request changes. Paths in ignored are accepted and change
// nothing, because clients read a resource, edit it and send all of its fields back.
func Mask(paths, mutable, ignored []string) ([]string, error) {
	var (
		mask    []string
		bad     = errs.InvalidArgument("the update names fields that cannot be changed")
		refused bool
	)
	for _, p := range paths {
		switch {
		case slices.Contains(mutable, p):
			mask = append(mask, p)
		case slices.Contains(ignored, p):
		default:
			bad, refused = bad.Field("update_mask", p+" cannot be changed"), true
		}
	}
	if refused {
		return nil, bad
	}
	if len(paths) > 0 && mask == nil {
		mask = []string{}
	}
	return mask, nil
}
