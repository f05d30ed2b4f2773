package workflow

import "github.com/keyhole-dev/keyhole/services/workflow/document"

// Definition is a parsed document. It keeps the original bytes, because these are stored,
// hashed and edited, and never a new encoding.
type Definition struct {
	Raw     []byte
	Version string
	Inputs  []Input
	Steps   []Step
	Outputs []Output
	// DynamicBlocks are the block types in dynamic_blocks_definitions. They contain code,
	// which Keyhole refuses to compile.
	DynamicBlocks []string
	// Root is the whole document with byte spans, for edits and redaction.
	Root *document.Node
}

// InputType is the canonical type of a workflow input.
type InputType string

// The input types; InferenceImage and InferenceParameter are accepted as aliases.
const (
	InputImage         InputType = "WorkflowImage"
	InputVideoMetadata InputType = "WorkflowVideoMetadata"
	InputBatch         InputType = "WorkflowBatchInput"
	InputParameter     InputType = "WorkflowParameter"
)

// Input is one declared input.
type Input struct {
	Index int
	Type  InputType
	Name  string
	Kinds []string
	// Dimensionality is 0 for parameters, 1 for images, and the declared number for
	// WorkflowBatchInput.
	Dimensionality int
	// Default is the parameter's default_value. HasDefault distinguishes a missing default
	// from null.
	Default    any
	HasDefault bool
	Node       *document.Node
}

// IsBatch reports whether the input has one value for each element of the run's batch.
func (in Input) IsBatch() bool { return in.Type != InputParameter }

// Step is one step as written. Its fields have not been checked against a manifest.
type Step struct {
	Index int
	Name  string
	// Type is the block type as written, possibly a legacy alias.
	Type string
	// Node is the step's object, Pointer its JSON pointer in the document.
	Node    *document.Node
	Pointer string
}

// Output is one declared output.
type Output struct {
	Index    int
	Name     string
	Selector Selector
	// OwnCoordinates keeps detections in the coordinates of the picture they were found on.
	// By default they are converted to the root picture's.
	OwnCoordinates bool
	Node           *document.Node
}

// Input returns the declared input of that name.
func (d *Definition) Input(name string) (Input, bool) {
	for _, in := range d.Inputs {
		if in.Name == name {
			return in, true
		}
	}
	return Input{}, false
}
