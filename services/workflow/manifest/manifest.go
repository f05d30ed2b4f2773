package manifest

// Any is the kind that is compatible with every kind.
const Any = "*"

// AnyOutput is the name of outputs that the configuration of a step names.
const AnyOutput = "*"

// Manifest is the contract of one version of one block.
type Manifest struct {
	// Type is the canonical identifier, "roboflow_core/dynamic_crop@v1".
	Type string `json:"type"`
	// Aliases are other identifiers that documents use for the same block.
	Aliases []string `json:"aliases,omitempty"`
	Title   string   `json:"title,omitempty"`
	Summary string   `json:"summary,omitempty"`
	// Category decides icon and colour: analytics, flow_control, formatter, fusion, image,
	// industrial, model, sink, transformation, video, visualization.
	Category string `json:"category,omitempty"`
	// Engine is a version specifier like ">=1.3.0,<2.0.0". A block that excludes the
	// engine's version does not exist for it.
	Engine  string   `json:"engine,omitempty"`
	Fields  []Field  `json:"fields"`
	Outputs []Output `json:"outputs"`
	// DynamicOutputs names the field that lists further outputs, as in json_parser.
	DynamicOutputs *DynamicOutputs `json:"dynamic_outputs,omitempty"`
	// InputOffsets are the levels below the step's reference level at which batch
	// fields are expected; fields that are not named have 0.
	InputOffsets map[string]int `json:"input_offsets,omitempty"`
	// Reference is the field that determines the dimensionality of the step when offsets
	// differ.
	Reference string `json:"dimensionality_reference,omitempty"`
	// OutputOffset is -1 (removes a level), 0, or +1 (adds a level).
	OutputOffset int `json:"output_offset,omitempty"`
	// AcceptsEmpty lets the block receive the nulls of masked or failed steps.
	AcceptsEmpty bool `json:"accepts_empty,omitempty"`
	// Services are the init parameters that the block needs at construction.
	Services []string `json:"services,omitempty"`
	// Defect is the reason why the block cannot be built: its implementation contradicts the
	// manifest, or is missing. It is reported for each step that uses the block.
	Defect string `json:"defect,omitempty"`
	// Grows marks a block that may need more memory than the pictures that come: it enlarges
	// them, marks their pixels, or keeps something of a video.
	Grows bool `json:"grows,omitempty"`
	// Sink marks a block with effects outside of the run. Shared runs disable it unless the owner
	// allows it.
	Sink bool `json:"sink,omitempty"`
	// Network says where the block sends data, nil where it does not.
	Network *Destination `json:"network,omitempty"`
	// Rules are conditions between fields.
	Rules []Rule `json:"rules,omitempty"`
	// Models says which models the block loads.
	Models []Model `json:"models,omitempty"`
	// ReplacedBy is the type of a newer version.
	ReplacedBy string `json:"replaced_by,omitempty"`
	// NotRunnable is set for a block that Keyhole knows and cannot run: workflows with it
	// are kept, viewed, shared and forked, and their runs are refused.
	NotRunnable *NotRunnable `json:"not_runnable,omitempty"`
	// NotRunnableWith are constants with which a step cannot run, though its block can.
	NotRunnableWith []NotRunnableWith `json:"not_runnable_with,omitempty"`
}

// Output is a declared output with the kinds its value may have.
type Output struct {
	Name  string   `json:"name"`
	Kinds []string `json:"kinds"`
}

// Rule makes a field required when another one has one of some values.
type Rule struct {
	Field  string   `json:"field"`
	Values []string `json:"values"`
	Needs  string   `json:"needs"`
	// Except are values of Needs that count as no value.
	Except []string `json:"except,omitempty"`
	// Unless is a field that disables the rule when it has a value.
	Unless string `json:"unless,omitempty"`
}

// DynamicOutputs declares outputs named by the step's configuration: each text in
// the list Field, or each key of the map Field, is an output of Kinds.
type DynamicOutputs struct {
	Field string   `json:"field"`
	Kinds []string `json:"kinds"`
	// Lower: the names are written in lower case.
	Lower bool `json:"lower,omitempty"`
}

// Model says which field holds the id of a model.
type Model struct {
	// Field holds the id. A block without such a field always uses Defaults.
	Field string `json:"field,omitempty"`
	// Task is what the model must do: "object-detection", "text-recognition".
	Task string `json:"task"`
	// Defaults are the IDs that are used where Field is absent or null. "{x}" is replaced by
	// the value of field x, and an ID whose field says "none" is dropped.
	Defaults []string `json:"defaults,omitempty"`
}

// Field returns the field that documents may write as key, by name or alias.
func (m *Manifest) Field(key string) (*Field, bool) {
	for i := range m.Fields {
		if m.Fields[i].Answers(key) {
			return &m.Fields[i], true
		}
	}
	return nil, false
}

// AcceptsBatches reports whether the block is run once for a whole batch.
func (m *Manifest) AcceptsBatches() bool {
	for i := range m.Fields {
		if m.Fields[i].Batch == BatchOnly || m.Fields[i].Batch == BatchOrScalar {
			return true
		}
	}
	return false
}

// IsFlowControl reports whether the block decides which steps continue; such blocks have no data outputs.
func (m *Manifest) IsFlowControl() bool {
	for i := range m.Fields {
		if m.Fields[i].TargetsSteps() {
			return true
		}
	}
	return false
}
