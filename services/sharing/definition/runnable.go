package definition

import (
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// maxNamed bounds the steps that the message of a refusal names. All of them are in its
// details.
const maxNamed = 5

// Runnable refuses a run of a definition with steps that cannot run, and names them.
func Runnable(a *Analysis) error {
	if len(a.NotRunnable) == 0 {
		return nil
	}
	var named []string
	for _, n := range a.NotRunnable[:min(maxNamed, len(a.NotRunnable))] {
		named = append(named, fmt.Sprintf("%s (%s: %s)", n.Step, n.Title, n.Why))
	}
	more := ""
	if rest := len(a.NotRunnable) - len(named); rest > 0 {
		more = fmt.Sprintf(" and %d more", rest)
	}
	noun := "a step"
	if len(a.NotRunnable) > 1 {
		noun = fmt.Sprintf("%d steps", len(a.NotRunnable))
	}
	e := errs.FailedPrecondition(errorsv1.Reason_REASON_BLOCK_NOT_SUPPORTED,
		"the workflow has %s that cannot run here: %s%s; it can be viewed, shared and forked, and runs without them", noun, strings.Join(named, ", "), more)
	for _, n := range a.NotRunnable {
		e = e.Field("steps."+n.Step, n.Why)
	}
	return e
}

// cannotRun reports whether a step is one of those.
func (a *Analysis) cannotRun(step string) bool {
	return slices.ContainsFunc(a.NotRunnable, func(n inspect.NotRunnable) bool { return n.Step == step })
}

// NotRunnableMessages returns the steps as an inspection shows them.
func (a *Analysis) NotRunnableMessages() []*sharingv1.NotRunnableStep {
	var out []*sharingv1.NotRunnableStep
	for _, n := range a.NotRunnable {
		out = append(out, &sharingv1.NotRunnableStep{Step: n.Step, BlockType: n.BlockType, Reason: string(n.Reason), Message: n.Why})
	}
	return out
}
