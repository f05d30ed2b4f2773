package engine

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Block is one configured step of a compiled workflow. It lives as long as the compiled
// workflow and its Run is called concurrently, so its fields are read-only after
// construction. State of one run belongs in [Call.State].
type Block interface {
	Run(ctx context.Context, call *Call) (Result, error)
}

// BlockFunc is a block that needs no preparation.
type BlockFunc func(ctx context.Context, call *Call) (Result, error)

// Run calls f.
func (f BlockFunc) Run(ctx context.Context, call *Call) (Result, error) { return f(ctx, call) }

// Step is the part of a step that its constructor sees.
type Step struct {
	Name string
	// Type is the canonical identifier, even if the definition used an alias.
	Type string
	// Fields has the step's fields under their canonical names, with defaults filled in.
	// Selectors are text here; their values come with each call.
	Fields map[string]any
	// Reads names the outputs that later steps or the workflow's outputs read. It is "*"
	// for a workflow output that takes all of them.
	Reads []string
}

// Constructor makes the block of one step. It parses queries, templates and colours once,
// so that runs do not. Its error is a fault of the definition and is shown to the caller
// who compiles it.
type Constructor func(step Step) (Block, error)

// Registry maps canonical block types to constructors. It is built once, explicitly, and
// then not changed.
type Registry map[string]Constructor

// SlotMark is the value that a block gets in the place of a credential. The secret itself
// never reaches a block. The mark also replaces a credential that the caller passes in an
// input. The same text in an input or an output of a step is a text.
const SlotMark value.Placeholder = "$credentials"

// IsSlot reports whether a value, or a field of the definition, stands for a credential.
func IsSlot(v any) bool {
	_, ok := v.(value.Placeholder)
	return ok
}

// HostOf returns the host of a field that holds an address, and false if the address is not
// a credential. The block never sees the rest of the address.
func HostOf(v any) (host string, ok bool) {
	mark, _ := v.(value.Placeholder)
	host, ok = strings.CutSuffix(string(mark), "/"+string(SlotMark))
	return host + "/", ok
}

// Index is the position of an element on each level of nesting, outermost first.
type Index []int

// Batch is the value of a field that takes batches. On a deeper level the values are of
// type *Batch.
type Batch struct {
	Values  []any
	Indices []Index
}

// Len returns the number of elements. It is 0 for a nil batch.
func (b *Batch) Len() int {
	if b == nil {
		return 0
	}
	return len(b.Values)
}

// Call is one call of a block: for one element, or for a whole batch if the block's
// manifest declares that it takes batches.
type Call struct {
	// Env is what this run can reach.
	*Env

	Step *Step
	// Args has the value of every field of the step. A field that takes batches has a
	// *Batch. In lists and maps of selectors, each entry is a *Batch.
	Args map[string]any
	// Indices are the elements to answer for: one in a call for an element, none in a
	// scalar step.
	Indices []Index
	// IsBatch reports whether the block must return a result for each of Indices.
	IsBatch bool

	state, shared *stepState
}

// Arg returns the value of a field, or nil if it has none.
func (c *Call) Arg(field string) any { return c.Args[field] }

// Batch returns the batch of a field, or nil if the field has a plain value.
func (c *Call) Batch(field string) *Batch {
	b, _ := c.Args[field].(*Batch)
	return b
}

// Outputs are the named outputs of a step for one element. They must be exactly the outputs
// that the manifest declares.
type Outputs map[string]any

// Result is the return value of a call. Make it with [One], [None], [Many], [Next] or
// [Stop].
type Result struct {
	outputs Outputs
	items   []Result
	many    bool
	flow    bool
	next    []string
}

// One returns the result for one element.
func One(outputs Outputs) Result { return Result{outputs: outputs} }

// None returns the result of an element that has no outputs.
func None() Result { return Result{} }

// Many returns a list of results: one for each index of a batch call. In a block that adds
// a level of nesting, the list is the children of one element, so a batch call returns
// [Many] of [Many].
func Many(items []Result) Result { return Result{items: items, many: true} }

// Next returns the result of a flow-control block that lets the named steps run. The
// targets are step selectors, as in the step's fields.
func Next(targets ...string) Result { return Result{flow: true, next: targets} }

// Stop returns the result of a flow-control block that lets no step run.
func Stop() Result { return Result{flow: true} }

// Merge joins registries. It panics if two of them have the same block type; any test that
// starts the runner finds this mistake.
func Merge(parts ...Registry) Registry {
	out := Registry{}
	for _, part := range parts {
		for blockType, constructor := range part {
			if _, twice := out[blockType]; twice {
				panic("engine: two blocks are of type " + blockType)
			}
			out[blockType] = constructor
		}
	}
	return out
}
