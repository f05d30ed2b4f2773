package definition

import (
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Misfit says what the value of an input must be. It is "" when the value fits.
func (a *Analysis) Misfit(input string, levels []*sharinginternalv1.FormsAtLevel) string {
	takes := a.declared[input]
	if takes.fits(levels) {
		return ""
	}
	return "must be " + value.Wanted(takes.kinds)
}
