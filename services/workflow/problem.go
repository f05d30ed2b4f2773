package workflow

import (
	"fmt"
	"strings"
)

// Kind is the neutral name of a problem. It is stable, because clients switch on it.
type Kind string

// The kinds of problem a definition can have.
const (
	KindSyntax          Kind = "syntax_error"
	KindDefinition      Kind = "definition_error"
	KindDuplicatedName  Kind = "duplicated_name"
	KindReference       Kind = "reference_error"
	KindMismatch        Kind = "kind_mismatch"
	KindGraph           Kind = "graph_structure_error"
	KindCycle           Kind = "graph_cycle"
	KindDimensionality  Kind = "dimensionality_error"
	KindLineage         Kind = "lineage_error"
	KindControlFlow     Kind = "control_flow_definition_error"
	KindBlockInterface  Kind = "block_interface_error"
	KindMissingService  Kind = "missing_init_parameter"
	KindVersion         Kind = "unsupported_version"
	KindDynamicBlock    Kind = "dynamic_block_error"
	KindDynamicDisabled Kind = "dynamic_code_not_supported"
	KindAssumption      Kind = "assumption_error"
	KindLimit           Kind = "limit_exceeded"
	KindMissingBinding  Kind = "inner_workflow_missing_binding"
	KindUnknownBinding  Kind = "inner_workflow_unknown_binding"
)

// classes maps a kind to the error class of Roboflow's engine, which the Roboflow routes
// return as error_type.
var classes = map[Kind]string{
	KindSyntax:          "WorkflowSyntaxError",
	KindDefinition:      "WorkflowDefinitionError",
	KindDuplicatedName:  "DuplicatedNameError",
	KindReference:       "InvalidReferenceTargetError",
	KindMismatch:        "ReferenceTypeError",
	KindGraph:           "ExecutionGraphStructureError",
	KindCycle:           "ExecutionGraphStructureError",
	KindDimensionality:  "StepInputDimensionalityError",
	KindLineage:         "StepInputLineageError",
	KindControlFlow:     "ControlFlowDefinitionError",
	KindBlockInterface:  "BlockInterfaceError",
	KindMissingService:  "BlockInitParameterNotProvidedError",
	KindVersion:         "NotSupportedExecutionEngineError",
	KindDynamicBlock:    "DynamicBlockError",
	KindDynamicDisabled: "WorkflowEnvironmentConfigurationError",
	KindAssumption:      "AssumptionError",
	KindLimit:           "WorkflowDefinitionError",
	KindMissingBinding:  "InnerWorkflowParameterBindingsMissingRequiredError",
	KindUnknownBinding:  "InnerWorkflowParameterBindingsUnknownInputError",
}

// ContextParsing is the context of a refused definition in Roboflow's engine, which clients
// know.
const ContextParsing = "workflow_compilation | definition_parsing"

// Class returns the name of that error class.
func (k Kind) Class() string { return classes[k] }

// Problem is one fault of a definition.
type Problem struct {
	Kind Kind
	// Step is the name of the step. It is empty for inputs, outputs and the document.
	Step string
	// BlockType is the step's type as written, if known.
	BlockType string
	// Field is the path inside the step, input or output: "confidence", "data.label", "outputs".
	Field string
	// Pointer is the JSON pointer (RFC 6901) of the offending value, empty for the whole document.
	Pointer string
	// Message says what is wrong and what to do. It is written for strangers and never
	// quotes a value of a field that may hold a secret.
	Message string
}

// Path names the offending value for a client: "steps.detect.confidence", or from the JSON
// pointer if the problem is not in a step.
func (p Problem) Path() string {
	switch {
	case p.Step != "":
		return strings.TrimSuffix("steps."+p.Step+"."+p.Field, ".")
	case p.Field != "":
		return p.Field
	default:
		return "definition" + strings.ReplaceAll(p.Pointer, "/", ".")
	}
}

// Error makes a single problem usable as an error.
func (p Problem) Error() string {
	where := strings.Trim(p.Step+"."+p.Field, ".")
	if where == "" {
		return fmt.Sprintf("%s: %s", p.Kind, p.Message)
	}
	return fmt.Sprintf("%s: %s: %s", p.Kind, where, p.Message)
}

// Bounded truncates the texts, because a hostile document may make them long.
func (p Problem) Bounded() Problem {
	p.Step, p.BlockType, p.Field = clip(p.Step, 256), clip(p.BlockType, 256), clip(p.Field, 256)
	p.Pointer, p.Message = clip(p.Pointer, 1024), clip(p.Message, 1024)
	return p
}

// clip truncates at a character boundary.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

// Problems lists all faults, in document order within each stage. An empty list is not an
// error; use [Problems.Err].
type Problems []Problem

// Err returns nil if there are no problems.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Error lists the problems, one per line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Has reports whether one of the problems is of kind k.
func (ps Problems) Has(k Kind) bool {
	for _, p := range ps {
		if p.Kind == k {
			return true
		}
	}
	return false
}
