package catalogue

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest/schema"
)

func entryOf(m *manifest.Manifest) (entry, error) {
	b := &runnerv1.Block{
		Name: nameOf(m.Type), Type: m.Type, Aliases: m.Aliases, Title: m.Title, Category: m.Category, Help: m.Summary,
		Runnable: m.Runs(), ReplacedBy: m.ReplacedBy, Sink: m.Sink, FlowControl: m.IsFlowControl(), InputKinds: inputKinds(m),
	}
	if !m.Runs() {
		b.NotRunnableReason, b.NotRunnableMessage = string(m.NotRunnable.Reason), m.NotRunnable.Why()
	}
	if m.Network != nil {
		b.Destination = m.Network.URL
	}
	kinds := map[string]bool{}
	for _, kind := range b.GetInputKinds() {
		kinds[kind] = true
	}
	for _, o := range m.Outputs {
		b.Outputs = append(b.Outputs, &runnerv1.BlockOutput{Name: o.Name, Kinds: o.Kinds})
		for _, kind := range o.Kinds {
			kinds[kind] = true
		}
	}
	basic := proto.CloneOf(b)
	var err error
	if b.Schema, err = document.Marshal(schema.Of(m)); err != nil {
		return entry{}, err
	}
	if b.Example, err = document.Marshal(schema.Example(m)); err != nil {
		return entry{}, err
	}
	text := strings.Join(append([]string{m.Type, m.Title, m.Summary}, m.Aliases...), "\n")
	return entry{full: b, basic: basic, text: strings.ToLower(text), kinds: kinds}, nil
}

// inputKinds are the kinds that references in the fields may have, sorted.
func inputKinds(m *manifest.Manifest) []string {
	var kinds []string
	for i := range m.Fields {
		kinds = append(kinds, kindsOf(m.Fields[i].Accepts)...)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func kindsOf(types []manifest.Type) []string {
	var kinds []string
	for _, t := range types {
		kinds = append(kinds, t.Kinds...)
		for _, nested := range [][]manifest.Type{t.ListOf, t.MapOf, t.TupleOf} {
			kinds = append(kinds, kindsOf(nested)...)
		}
	}
	return kinds
}

// nameOf returns the resource name of a block. A type has one segment more than an ID may
// have, so its slash becomes a dot.
func nameOf(blockType string) string { return "blocks/" + strings.ReplaceAll(blockType, "/", ".") }

// entry is a block with its search data.
type entry struct {
	full, basic *runnerv1.Block
	// text has type, aliases, title and help in lower case.
	text  string
	kinds map[string]bool
}

func (e *entry) in(view runnerv1.BlockView) *runnerv1.Block {
	if view == runnerv1.BlockView_BLOCK_VIEW_FULL {
		return e.full
	}
	return e.basic
}
