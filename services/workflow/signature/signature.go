// Package signature derives the interface of a workflow: its inputs and outputs as callers
// see them. For a shared run with the visitor's own credentials, each distinct credential
// and destination is one more required input.
package signature

import (
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// Signature is the interface of a workflow.
type Signature struct {
	Inputs  []Input
	Outputs []Output
}

// Input is one input of a caller.
type Input struct {
	Name string
	// Type is the document's input type, empty for a credential.
	Type  workflow.InputType
	Kinds []string
	// Dimensionality is 0 for parameters and credentials.
	Dimensionality int
	Required       bool
	Default        any
	// DefaultText is the default as written, so that numbers keep their form.
	DefaultText []byte
	HasDefault  bool
	// Secret values are handled like credentials: not stored and not shown.
	Secret bool
	// Credential is set on an input that stands for slots.
	Credential *Credential
}

// Credential describes the use of a credential input.
type Credential struct {
	Provider string
	// Destination is the address that receives it: scheme://host:port.
	Destination string
	// Slots that it fills.
	Slots []inspect.Slot
}

// Output is one output for a caller.
type Output struct {
	Name           string
	Kinds          []string
	Dimensionality int
}

// Of returns the interface for the owner, whose credentials are bound.
func Of(p *plan.Plan, report inspect.Report) Signature {
	s := Signature{}
	secret, fills := map[string]bool{}, map[string]bool{}
	for _, in := range report.SecretInputs {
		secret[in.Input] = true
		fills[in.Input] = fills[in.Input] || !in.Optional
	}
	kinds, required := uses(p)
	for i, in := range p.Inputs {
		s.Inputs = append(s.Inputs, Input{
			Name: in.Name, Type: in.Type, Kinds: inputKinds(in, kinds[i]), Dimensionality: in.Dimensionality,
			// An empty default is not a credential.
			Required: in.IsBatch() || required[i] && !in.HasDefault || fills[in.Name] && (in.Default == nil || in.Default == ""),
			Default:  in.Default, DefaultText: defaultText(p, in), HasDefault: in.HasDefault, Secret: secret[in.Name] || slices.Contains(in.Kinds, "secret"),
		})
	}
	for _, out := range p.Outputs {
		s.Outputs = append(s.Outputs, Output{Name: out.Name, Kinds: out.Kinds, Dimensionality: len(out.Lineage)})
	}
	return s
}

func defaultText(p *plan.Plan, in plan.Input) []byte {
	if !in.HasDefault {
		return nil
	}
	n := in.Node.Get("default_value")
	return p.Definition.Raw[n.Start:n.End]
}

// CredentialInputs returns one input for each distinct credential and destination, in order
// of their first slots and named after these.
func CredentialInputs(p *plan.Plan, report inspect.Report) []Input {
	// Each unbound place needs its own credential.
	type key struct{ credential, provider, destination, place string }
	var out []Input
	known := map[key]int{}
	taken := map[string]bool{}
	for _, in := range p.Inputs {
		taken[in.Name] = true
	}
	for _, slot := range report.Slots {
		k := key{credential: slot.Credential, provider: slot.Provider, destination: slot.Destination.Address}
		if !slot.Bound() {
			k.place = string(slot.Scheme) + " " + slot.Parameter
		}
		if !slot.Destination.Constant {
			k.destination = slot.Destination.Source // shown as the source of the address; sharing refuses it
		}
		if at, ok := known[k]; ok {
			out[at].Credential.Slots = append(out[at].Credential.Slots, slot)
			continue
		}
		known[k] = len(out)
		out = append(out, Input{
			Name: unique(slot, taken), Kinds: []string{"secret"}, Required: true, Secret: true,
			Credential: &Credential{Provider: slot.Provider, Destination: k.destination, Slots: []inspect.Slot{slot}},
		})
	}
	return out
}

// unique returns "<step>_<field>", with a number if that name is taken.
func unique(slot inspect.Slot, taken map[string]bool) string {
	base := plain(slot.Step + "_" + slot.Field)
	name := base
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	taken[name] = true
	return name
}

// plain removes characters that a selector cannot have.
func plain(s string) string {
	out := []byte(s)
	for i := range out {
		if !workflow.IsName(string(out[i])) {
			out[i] = '_'
		}
	}
	return string(out)
}

// uses returns, for each input, the kinds of the fields that use it, and whether one of
// these fields needs a value.
func uses(p *plan.Plan) (kinds map[int][]string, required map[int]bool) {
	kinds, required = map[int][]string{}, map[int]bool{}
	for _, e := range p.Edges {
		if e.From.Kind != plan.InputNode || e.To.Kind != plan.StepNode {
			continue
		}
		for _, kind := range e.Wanted {
			if !slices.Contains(kinds[e.From.Index], kind) {
				kinds[e.From.Index] = append(kinds[e.From.Index], kind)
			}
		}
	}
	for i := range p.Steps {
		for j := range p.Steps[i].Arguments {
			a := &p.Steps[i].Arguments[j]
			if a.Substituted {
				_, err := a.Field.Coerce(nil)
				required[a.Input] = required[a.Input] || err != nil
			}
		}
	}
	return kinds, required
}

// inputKinds returns the declared kinds. If the input accepts anything, it returns the
// kinds of its uses.
func inputKinds(in plan.Input, used []string) []string {
	if !slices.Contains(in.Kinds, manifest.Any) || len(used) == 0 || slices.Contains(used, manifest.Any) {
		return in.Kinds
	}
	slices.Sort(used)
	return used
}
