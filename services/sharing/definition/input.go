package definition

import (
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// declared says what an input takes: values of these kinds, nested in lists of this depth.
type declared struct {
	kinds []string
	lists int
}

// fits reports whether values of these forms are of the kinds. A value that is not a list
// counts as each element.
func (t declared) fits(levels []*sharinginternalv1.FormsAtLevel) bool {
	if len(levels) == 0 {
		return true
	}
	level := levels[min(t.lists, len(levels)-1)]
	return level.GetUnknown() || value.Takes(t.kinds, level.GetForms())
}
