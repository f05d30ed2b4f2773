package budget

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// Allowances returns what is left of the scopes as a reply has it.
func Allowances(scopes []meter.Scope, left []meter.Left) []*sharingv1.Allowance {
	var out []*sharingv1.Allowance
	for i, l := range left {
		a := &sharingv1.Allowance{Scope: scopeWord(scopes[i].Kind), RunsLeft: l.Runs, PicturesLeft: l.Pictures}
		if !l.Reset.IsZero() {
			a.ResetTime = timestamppb.New(l.Reset)
		}
		out = append(out, a)
	}
	return out
}

// scopeWord returns the name of a scope in the API.
func scopeWord(k meter.Kind) string {
	if k == meter.Guest {
		return string(meter.Visitor)
	}
	return string(k)
}
