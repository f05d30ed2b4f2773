package definition

import (
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// Analysis is everything that a decision or a view needs to know of a definition. It
// depends only on the bytes, so the cache keeps it by their hash. All callers share
// it: nobody may change it.
type Analysis struct {
	Hash     string
	Raw      []byte
	Problems workflow.Problems
	Slots    []Slot
	// computed are credential fields that take the output of another step.
	computed []inspect.Computed
	// Obstacles prevent sharing. openSinks prevent turning the sinks on.
	Obstacles, openSinks []Obstacle
	// NotRunnable are the steps that Keyhole cannot run. They prevent runs only.
	NotRunnable []inspect.NotRunnable
	Models      []ModelUse
	Sinks       []string
	// Batches are the inputs whose elements go through the steps one by one.
	Batches map[string]bool
	// Closed reports that its runs need neither the vault nor the registry: no call, no
	// model and no picture by URL.
	Closed bool
	// Destinations says for people where data goes.
	Destinations []string
	// Places are the destinations, with what is known of each.
	Places []*sharingv1.Destination
	// destinationOf maps a step that sends data out to its constant address.
	destinationOf map[string]string
	// declared are the inputs as the document declares them.
	declared map[string]declared
	// OwnInterface applies to runs with the owner's credentials, VisitorInterface to runs
	// of visitors who bring the credentials.
	OwnInterface, VisitorInterface *sharingv1.Interface
	Graph                          *sharingv1.Graph
	// Steps are the steps with the kinds of their outputs.
	Steps []*sharingv1.InspectedStep
	// Redacted is the definition as visitors may see it, nil if it cannot be parsed.
	Redacted []byte
}

// ModelUse is a model that a step uses.
type ModelUse struct {
	Step, ID string
	// Input is the input that chooses the model; ID is the default of that input.
	Input string
	// Dynamic reports that another step chooses the model.
	Dynamic bool
	// Pointer is the place of the ID in the definition, "" for a default of the block.
	Pointer string
	// Task is what the model must do.
	Task string
}

// Open reports whether the caller of a run can choose the model.
func (m ModelUse) Open() bool { return m.Input != "" || m.Dynamic }

// ModelIDs returns the models that the definition itself names, each once.
func (a *Analysis) ModelIDs() []string {
	var ids []string
	for _, m := range a.Models {
		if m.ID != "" && !m.Dynamic && !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// ModelInputs returns the inputs that choose models, each once.
func (a *Analysis) ModelInputs() []string {
	var names []string
	for _, m := range a.Models {
		if m.Input != "" && !slices.Contains(names, m.Input) {
			names = append(names, m.Input)
		}
	}
	return names
}

// Pictures counts the elements of the batch inputs of a request, of any kind: each goes
// through the steps. The runner counts the elements of lists.
func (a *Analysis) Pictures(inputs []string, elements map[string]int64) int64 {
	var n int64
	for _, name := range inputs {
		if !a.Batches[name] {
			continue
		}
		if inList, isList := elements[name]; isList {
			n += inList
		} else {
			n++
		}
	}
	return n
}

// Obstacle prevents sharing of a definition that its owner can run: the definition could
// send a visitor's or a hidden credential anywhere, or a visitor could make it call
// anything.
type Obstacle struct {
	reason      errorsv1.Reason
	step, field string
	// input brings the credential, if an input does.
	input   string
	message string
}
