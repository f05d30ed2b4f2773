package inspect

import (
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// Report lists the findings, in document order.
type Report struct {
	Slots        []Slot
	SecretInputs []SecretInput
	// Asking are ordinary inputs that ask for a secret.
	Asking []AskingInput
	// Computed are the credential fields that another step fills.
	Computed []Computed
	Models   []Model
	// Sinks are the names of steps with effects outside of the run.
	Sinks []string
	// NotRunnable are the steps whose blocks cannot run.
	NotRunnable []NotRunnable
	// Destinations has one entry for each step that sends data out.
	Destinations []Destination
	// Problems are unusable addresses, and missing credentials of steps that need one.
	Problems workflow.Problems
}

// NotRunnable is a step that cannot run.
type NotRunnable struct {
	Step, BlockType, Title string
	Reason                 manifest.Reason
	// Why is the reason for people: "needs a PLC".
	Why string
}

// Slot is a place where a credential goes.
type Slot struct {
	Step string
	// Field is the field's canonical name. For an element of headers or query parameters,
	// it is "headers.<name>".
	Field string
	// Pointer is the position of the slot in the document, empty for an omitted field.
	Pointer  string
	Provider string
	Scheme   manifest.Scheme
	// Parameter is the header's or query parameter's name for those schemes, or the JSON
	// pointer into the body.
	Parameter string
	// Prefix is the text before the credential: "Bearer ", or an address's host.
	Prefix string
	// Credential is the id of the owner's credential, empty when the slot is unbound.
	Credential  string
	Destination Destination
}

// Bound reports whether the slot names a credential.
func (s Slot) Bound() bool { return s.Credential != "" }

// SecretInput is a workflow input that is used as a credential. It is not a slot: the
// caller of the run gives the value, which must be handled as a secret.
type SecretInput struct {
	Input, Step, Field, Provider string
	Destination                  Destination
	// Prefix is the text before the credential.
	Prefix string
	// Optional: the step works without it, so an empty value means none.
	Optional bool
	// AlsoGoesTo lists the uses of the input as ordinary data: "step.field", or
	// "outputs.name". Such a workflow passes on a value that its callers believe to be a
	// credential, so it must not ask strangers for it.
	AlsoGoesTo []string
}

// Computed is a credential field that takes the output of another step. The secret is then
// ordinary data on its way, so such a workflow must not run for strangers with a real
// secret.
type Computed struct {
	Step, Field, Provider string
	// Source is the selector of the output.
	Source      string
	Destination Destination
}

// Destination is the address that a step sends data to.
type Destination struct {
	Step string
	// Address is the canonical scheme://host:port. It is empty if it is not constant or not
	// usable.
	Address string
	// URL is the whole address in the definition. It is empty if it is not constant.
	URL string
	// Constant is false if an input or another step determines the address.
	Constant bool
	// Source is the selector that determines the address, if it is not constant.
	Source string
	// Default is the address in the default value of that input, if it has one.
	Default string
	// Field holds the address. It is empty if the block has a fixed address.
	Field string
}

// Model is a model that a step loads.
type Model struct {
	Step, Field, Task string
	// ID is the literal ID, or the default of the input, which may be empty.
	ID string
	// Input is the workflow input that holds the ID, empty for literals.
	Input string
	// Dynamic IDs come from another step and are known only during the run.
	Dynamic bool
	// Pointer is the position of the ID in the step or in the default of an input. It is
	// empty for a default of the block.
	Pointer string
}

// Parameter returns the name of an element of a credential field in the request.
func Parameter(scheme manifest.Scheme, key string) string {
	if scheme == manifest.SchemeBody {
		return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	return key
}

// InnerWorkflow is the type of the block that holds a workflow, NestedField its field.
const (
	InnerWorkflow = plan.InnerWorkflow
	NestedField   = "workflow_definition"
)
