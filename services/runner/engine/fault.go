package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Class is the machine-readable kind of a failure. The names are those of Roboflow's
// execution engine, which clients know.
type Class string

// The classes of failures of a run.
const (
	RuntimeInput  Class = "RuntimeInputError"
	StepExecution Class = "StepExecutionError"
	// ClientCaused is a failure that the caller can correct: a wrong model ID, a credential
	// that the provider refused.
	ClientCaused Class = "ClientCausedStepExecutionError"
	// LimitsCaused is a run that exceeds its limits.
	LimitsCaused Class = "RuntimeLimitsCausedStepExecutionError"
	// EngineRuntime and InvalidBehaviour are faults of a block.
	EngineRuntime    Class = "ExecutionEngineRuntimeError"
	InvalidBehaviour Class = "InvalidBlockBehaviourError"

	QueryInput      Class = "InvalidInputTypeError"
	QueryOperation  Class = "OperationError"
	QueryEvaluation Class = "EvaluationEngineError"
	QueryUndeclared Class = "UndeclaredSymbolError"
)

// Fault is the reason why a run failed. Message is written for strangers; the cause is for
// the log.
type Fault struct {
	Class Class
	// Step and BlockType are empty if the run failed outside of a step.
	Step, BlockType string
	// Input is the name of the refused input.
	Input   string
	Message string
	cause   error
}

// Failf makes a fault of a class. A block returns it without its own name, because the
// engine adds the step. No argument may be a secret.
func Failf(class Class, format string, args ...any) *Fault {
	return &Fault{Class: class, Message: fmt.Sprintf(format, args...)}
}

// Because attaches the cause, for the log.
func (f *Fault) Because(err error) *Fault {
	next := *f
	next.cause = err
	return &next
}

// Error returns the text for the log.
func (f *Fault) Error() string {
	text := string(f.Class) + ": "
	if f.Step != "" {
		text += fmt.Sprintf("step %q (%s): ", f.Step, f.BlockType)
	}
	text += f.Message
	if f.cause != nil {
		text += ": " + f.cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.cause }

// classed is an error that has a class, like the errors of the query language.
type classed interface {
	error
	Class() string
}

// blame makes a step's fault of the error that its block returned. Only text that was
// written for strangers is passed on.
func blame(step *Step, err error) *Fault {
	fault := &Fault{
		Class: StepExecution, Message: "the step failed, and the reason cannot be shown",
		cause: err,
	}
	if own, ok := errors.AsType[*Fault](err); ok {
		copied := *own
		fault = &copied
	} else if public, ok := errors.AsType[*errs.Error](err); ok {
		fault.Message = public.Message()
	} else if known, ok := errors.AsType[classed](err); ok {
		fault.Class, fault.Message = Class(known.Class()), known.Error()
	} else if errors.Is(err, context.DeadlineExceeded) {
		fault.Class, fault.Message = LimitsCaused, "the step exceeded its time limit; send fewer or smaller inputs, or try again"
	} else if errors.Is(err, context.Canceled) {
		fault.Message = "the run was cancelled"
	}
	fault.Step, fault.BlockType = step.Name, step.Type
	return fault
}

// Panicked returns the failure of a block that panicked. The cause is logged, not shown.
func Panicked(cause error) error {
	return Failf(EngineRuntime, "the block failed because of an internal error; try other inputs, or report it to the operator of this server").Because(cause)
}
