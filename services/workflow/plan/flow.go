package plan

import (
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// flow traces the data of one step.
type flow struct {
	*compiler
	step *Step
	// fields are the arguments that are batches or are cast to batches.
	fields []batchField
	// level is the dimensionality of batch inputs without offset.
	level int
}

// batchField is an argument that the step sees as a batch.
type batchField struct {
	argument *Argument
	name     string
	offset   int
	// lineages are the distinct lineages of its data, empty if all of it is cast.
	lineages []Lineage
	// dimensionality as the step sees it.
	dimensionality int
}

func (f *flow) fail(kind workflow.Kind, field, format string, args ...any) bool {
	pointer := f.step.Source.Pointer
	if field != "" {
		pointer = document.Join(pointer, field)
	}
	f.blame(f.step.Index, kind, field, pointer, format, args...)
	return false
}

func (f *flow) field(name string) *batchField {
	for i := range f.fields {
		if f.fields[i].name == name {
			return &f.fields[i]
		}
	}
	return nil
}

// maxDimensionality bounds the nesting of data, because each level multiplies the work of a
// run. It also keeps lineages short.
const maxDimensionality = 32
