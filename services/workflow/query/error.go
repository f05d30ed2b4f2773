package query

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// The classes of errors, with the names of Roboflow's engine.
const (
	classInput      = "InvalidInputTypeError"
	classOperation  = "OperationError"
	classEvaluation = "EvaluationEngineError"
	classUndeclared = "UndeclaredSymbolError"
)

// Error is a failed evaluation. Its text names types and operations and never values, which
// its reader may not be allowed to see.
type Error struct{ class, message string }

// Class is the machine-readable kind.
func (e *Error) Class() string { return e.class }

func (e *Error) Error() string { return e.message }

func fail(class, format string, args ...any) error {
	return &Error{class: class, message: fmt.Sprintf(format, args...)}
}

// wrongType is the error of an operation for a value of the wrong type.
func wrongType(operation, wants string, got any) error {
	return fail(classInput, "%s needs %s, but got %s", operation, wants, typeName(got))
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case int64, *big.Int:
		return "an integer"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []byte:
		return "bytes"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case time.Time:
		return "a timestamp"
	case *value.Image:
		return "a picture"
	case *value.Detections:
		return "detections"
	case row:
		return "one detection"
	}
	return "another kind of value"
}

// unnamed is the error of an operation that needs class names.
func unnamed(kind string) error {
	return fail(classOperation, "%s: the detections have no class names", kind)
}

func undeclared(name string) error {
	return fail(classUndeclared, "the query names %q, which is not among its parameters", name)
}

// Problem is one fault of a query.
type Problem struct {
	// Path is a JSON pointer relative to the parsed value, "" for the value itself.
	Path    string
	Message string
}

// Problems is everything found wrong, in document order.
type Problems []Problem

// Error joins the problems for a log.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = strings.TrimPrefix(problem.Path+": "+problem.Message, ": ")
	}
	return strings.Join(lines, "; ")
}
