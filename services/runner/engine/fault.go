package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Class is the machine-readable kind of a failure. The names are those that
// clients of the language know.
type Class string

// The classes of failures of a run.
const (
	RuntimeInput  Class = "RuntimeInputError"
	StepExecution Class = "StepExecutionError"
	// ClientCaused is a failure that the caller can mend: a wrong model id, a
	// provider that refused the credential.
	ClientCaused Class = "ClientCausedStepExecutionError"
	// LimitsCaused is a run that grew beyond its limits.
	LimitsCaused Class = "RuntimeLimitsCausedStepExecutionError"
	// EngineRuntime and InvalidBehaviour are faults of a block.
	EngineRuntime    Class = "ExecutionEngineRuntimeError"
	InvalidBehaviour Class = "InvalidBlockBehaviourError"

	QueryInput      Class = "InvalidInputTypeError"
	QueryOperation  Class = "OperationError"
	QueryEvaluation Class = "EvaluationEngineError"
	QueryUndeclared Class = "UndeclaredSymbolError"
)

// Fault is why a run failed, for a stranger: Message is safe to show, the cause
// is for the log.
type Fault struct {
	Class Class
	// Step and BlockType are empty where the run failed outside of a step.
	Step, BlockType string
	// Input is the name of the input that was refused.
	Input   string
	Message string
	cause   error
}

// Failf makes a fault of a class. Blocks return it without naming themselves:
// the engine adds the step. No argument may be a secret.
func Failf(class Class, format string, args ...any) *Fault {
	return &Fault{Class: class, Message: fmt.Sprintf(format, args...)}
}

// Because keeps the cause, for the log.
func (f *Fault) Because(err error) *Fault {
	next := *f
	next.cause = err
	return &next
}

// Error is for the log.
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

// classed is an error that knows its class, as those of the query language do.
type classed interface {
	error
	Class() string
}

// blame makes the fault of a step from what its block returned. Only text that
// was written for a stranger is passed on.
func blame(step *Step, err error) *Fault {
	fault := &Fault{
		Class: StepExecution, Message: "the step failed for a reason that is not for its user",
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
		fault.Class, fault.Message = LimitsCaused, "the step took longer than it may"
	} else if errors.Is(err, context.Canceled) {
		fault.Message = "the run was cancelled"
	}
	fault.Step, fault.BlockType = step.Name, step.Type
	return fault
}
