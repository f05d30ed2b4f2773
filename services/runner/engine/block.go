package engine

import (
	"context"
	"strings"
)

// Block is one configured step of a compiled workflow. It lives as long as the
// compiled workflow and runs concurrently with itself, so what it keeps is
// read-only after construction; what a run changes is kept in [Call.State].
type Block interface {
	Run(ctx context.Context, call *Call) (Result, error)
}

// BlockFunc is a block without anything to prepare.
type BlockFunc func(ctx context.Context, call *Call) (Result, error)

// Run calls f.
func (f BlockFunc) Run(ctx context.Context, call *Call) (Result, error) { return f(ctx, call) }

// Step is what a constructor sees of a step.
type Step struct {
	Name string
	// Type is the canonical identifier, whatever alias the definition used.
	Type string
	// Fields has the step's fields under their canonical names, with defaults
	// filled in. Selectors are still text: their values come with each call.
	Fields map[string]any
	// Reads are the outputs that a later step or the workflow's outputs read. A
	// workflow output that takes all of them reads "*".
	Reads []string
}

// Constructor makes the block of one step, and parses there what need not be
// parsed again for each run: queries, templates, colours. An error is a fault of
// the definition and is shown to the caller that compiles it.
type Constructor func(step Step) (Block, error)

// Registry lists constructors by canonical block type. It is built in one place,
// explicitly, and not changed afterwards.
type Registry map[string]Constructor

// SlotMark is the value that a block gets for a field, or an entry of one, where
// a credential goes: the secret itself never comes here. A credential that the
// caller brings in an input is replaced by it too.
const SlotMark = "$credentials"

// IsSlot tells whether a value, or a field as the definition has it, stands for
// a credential.
func IsSlot(v any) bool {
	text, ok := v.(string)
	return ok && (text == SlotMark || strings.HasPrefix(text, SlotMark+"."))
}

// HostOf takes the host of a field that holds an address: false where the address is no
// credential. What comes after the host the block never sees.
func HostOf(v any) (host string, ok bool) {
	text, _ := v.(string)
	host, ok = strings.CutSuffix(text, "/"+SlotMark)
	return host + "/", ok
}

// Index is the place of an element: its position on each level of nesting.
type Index []int

// Batch is what a field that takes batches receives. On a deeper level the
// values are *Batch themselves.
type Batch struct {
	Values  []any
	Indices []Index
}

// Len is the number of elements, 0 for no batch.
func (b *Batch) Len() int {
	if b == nil {
		return 0
	}
	return len(b.Values)
}

// Call is one call of a block: for one element, or for a whole batch if its
// manifest says that it takes batches.
type Call struct {
	// Env is what this run may reach.
	*Env

	Step *Step
	// Args has the value of every field of the step. A field that takes batches
	// has a *Batch; in lists and maps of selectors the entries do.
	Args map[string]any
	// Indices are those of the elements to answer for: one for a call for an
	// element, none for a scalar step.
	Indices []Index
	// IsBatch tells whether a result for each of Indices is expected.
	IsBatch bool

	state *stepState
}

// NewCall makes a call by itself, with a state of its own, outside of an
// execution: for whoever tries a block alone.
func NewCall(env *Env, step *Step, args map[string]any, indices ...Index) *Call {
	return &Call{Env: env, Step: step, Args: args, Indices: indices, IsBatch: len(indices) > 1, state: &stepState{}}
}

// Arg is the value of a field, nil where it has none.
func (c *Call) Arg(field string) any { return c.Args[field] }

// Batch is the batch of a field, nil if it has a plain value.
func (c *Call) Batch(field string) *Batch {
	b, _ := c.Args[field].(*Batch)
	return b
}

// Outputs are the named outputs of a step for one element. Exactly the names
// that the manifest declares must be there.
type Outputs map[string]any

// Result is what a call returns. Make one with [One], [None], [Many], [Next] or
// [Stop].
type Result struct {
	outputs Outputs
	items   []Result
	many    bool
	flow    bool
	next    []string
}

// One is the result for one element.
func One(outputs Outputs) Result { return Result{outputs: outputs} }

// None is an element without a result.
func None() Result { return Result{} }

// Many is a list of results: one for each index of a batch call. For a block
// that adds a level of nesting it is the children of one element (so [Many] of
// [Many] in a batch call).
func Many(items []Result) Result { return Result{items: items, many: true} }

// Next is the result of a flow-control block that lets steps run. The targets
// are step selectors, as they are in the step's fields.
func Next(targets ...string) Result { return Result{flow: true, next: targets} }

// Stop is the result of a flow-control block that lets nothing run.
func Stop() Result { return Result{flow: true} }

// Merge joins registries. A block type that two of them list is a mistake of
// whoever wires them together, and found by the first test.
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
