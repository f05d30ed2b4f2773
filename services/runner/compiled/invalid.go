package compiled

import (
	"fmt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// Invalid is the error for a definition with problems. It lists all of them.
func Invalid(problems workflow.Problems) error {
	text := problems[0].Message
	if len(problems) > 1 {
		text = fmt.Sprintf("the definition has %d problems; the first: %s", len(problems), text)
	}
	e := errs.InvalidArgument("%s", text).WithReason(errorsv1.Reason_REASON_DEFINITION_INVALID).
		With("errorType", problems[0].Kind.Class()).With("context", workflow.ContextParsing)
	for _, p := range problems {
		e = e.Field(p.Path(), p.Message)
	}
	return e
}
