package definition

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// ProblemMessages returns problems as an inspection shows them.
func ProblemMessages(problems workflow.Problems) []*sharingv1.Problem {
	var out []*sharingv1.Problem
	for _, p := range problems {
		out = append(out, &sharingv1.Problem{Step: p.Step, Field: p.Field, Kind: string(p.Kind), Message: p.Message, Pointer: shownPointer(p.Pointer)})
	}
	return out
}

// shownPointer returns a pointer, "" if a name in it is a secret.
func shownPointer(pointer string) string {
	if leak.Find(pointer) {
		return ""
	}
	return pointer
}

// Invalid refuses a definition with all of its problems. There must be one at least.
func Invalid(problems workflow.Problems) error {
	noun := "problems"
	if len(problems) == 1 {
		noun = "problem"
	}
	e := errs.InvalidArgument("the definition has %d %s; the first: %s",
		len(problems), noun, problems[0].Message).WithReason(errorsv1.Reason_REASON_DEFINITION_INVALID).
		With("errorType", problems[0].Kind.Class()).With("context", workflow.ContextParsing)
	for _, p := range problems {
		e = e.Field(p.Path(), p.Message)
	}
	return e
}
