package inspect

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// Inspect inspects a compiled workflow.
func Inspect(p *plan.Plan) Report {
	i := &inspector{plan: p}
	for s := range p.Steps {
		i.step(&p.Steps[s])
	}
	i.strayInputs()
	i.strayedSecrets()
	i.askingInputs()
	return i.report
}

// Destinations returns where the steps of a plan or a sketch send data.
func Destinations(p *plan.Plan) []Destination {
	i := &inspector{plan: p}
	var all []Destination
	for s := range p.Steps {
		if m := p.Steps[s].Manifest; m != nil && m.Network != nil {
			d, _ := i.destination(&p.Steps[s], *m.Network)
			all = append(all, d)
		}
	}
	return all
}

// strayInputs finds secret inputs that are also used as ordinary data.
func (i *inspector) strayInputs() {
	type place struct{ input, step, field string }
	slots := map[place]bool{}
	for _, s := range i.report.SecretInputs {
		slots[place{s.Input, s.Step, s.Field}] = true
	}
	stray := map[string][]string{}
	for _, e := range i.plan.Edges {
		if e.From.Kind != plan.InputNode || len(slots) == 0 {
			continue
		}
		name := i.plan.Inputs[e.From.Index].Name
		if e.To.Kind == plan.OutputNode {
			stray[name] = append(stray[name], "outputs."+i.plan.Outputs[e.To.Index].Name)
			continue
		}
		step := i.plan.Steps[e.To.Index].Name
		if !slots[place{name, step, e.Field}] {
			stray[name] = append(stray[name], step+"."+e.Field)
		}
	}
	for at := range i.report.SecretInputs {
		i.report.SecretInputs[at].AlsoGoesTo = stray[i.report.SecretInputs[at].Input]
	}
}

type inspector struct {
	plan   *plan.Plan
	report Report
}

func (i *inspector) step(s *plan.Step) {
	m := s.Manifest
	if why := s.NotRunnable(); why != nil {
		i.report.NotRunnable = append(i.report.NotRunnable, NotRunnable{
			Step: s.Name, BlockType: m.Type, Title: m.Title, Reason: why.Reason, Why: why.Why(),
		})
	} else if m.Type == InnerWorkflow { // a step that holds its workflow is not a step of the plan
		i.report.NotRunnable = append(i.report.NotRunnable, NotRunnable{
			Step: s.Name, BlockType: m.Type, Title: m.Title, Reason: manifest.NotSaved, Why: manifest.NotSaved.Words(),
		})
	}
	if s.Manifest.Sink {
		i.report.Sinks = append(i.report.Sinks, s.Name)
	}
	if s.Manifest.Network != nil {
		d, problem := i.destination(s, *s.Manifest.Network)
		i.report.Destinations = append(i.report.Destinations, d)
		if problem != nil {
			i.report.Problems = append(i.report.Problems, *problem)
		}
	}
	for a := range s.Arguments {
		i.credential(s, &s.Arguments[a])
	}
	for _, m := range s.Manifest.Models {
		i.models(s, m)
	}
}

// destination resolves the address that a block sends data to.
func (i *inspector) destination(s *plan.Step, d manifest.Destination) (Destination, *workflow.Problem) {
	out := Destination{Step: s.Name, Field: d.Field}
	if d.Field == "" {
		out.Constant, out.URL = true, d.URL
		out.Address, _ = Canonical(d.URL)
		return out, nil
	}
	argument, ok := s.Argument(d.Field)
	if !ok {
		return out, nil
	}
	if argument.Prefix != "" { // an address whose host is written and whose rest is a credential
		out.Constant = true
		out.Address, _ = Canonical(argument.Prefix)
		return out, nil
	}
	switch argument.Form {
	case plan.Static:
		out.Constant = true
		text, _ := argument.Value.(string)
		address, err := constantAddress(s, d, text)
		if err != nil {
			return out, &workflow.Problem{
				Kind: workflow.KindSyntax, Step: s.Name, BlockType: s.Source.Type, Field: d.Field, Pointer: argument.Pointer,
				Message: d.Field + " " + err.Error(),
			}
		}
		if out.Address = address; d.Scheme == "" {
			out.URL = text
		}
	case plan.FromInput:
		in := i.plan.Inputs[argument.Input]
		out.Source = "$inputs." + in.Name
		if text, ok := in.Default.(string); ok {
			out.Default, _ = constantAddress(s, d, text)
		}
	case plan.FromStep:
		out.Source = i.stepSelector(argument)
	}
	return out, nil
}

// credential finds slots and secret inputs in a credential field.
func (i *inspector) credential(s *plan.Step, a *plan.Argument) {
	if a.Field.Credential == nil {
		return
	}
	scheme := a.Field.Credential.Scheme
	if scheme != manifest.SchemeURL || a.Prefix != "" {
		i.place(s, a.Field, a, a.Field.Name, a.Field.Credential.Parameter)
	}
	for e := range a.Elements {
		element := &a.Elements[e]
		if element.Form == plan.Slot || element.Prefix != "" || scheme != manifest.SchemeBody && leak.SecretName(element.Key) {
			i.place(s, a.Field, element, a.Field.Name+"."+element.Key, Parameter(scheme, element.Key))
		}
	}
	i.twice(s, a)
}

// twice reports headers that occur twice, at least once with a credential, because it would
// be undefined which one is sent.
func (i *inspector) twice(s *plan.Step, a *plan.Argument) {
	if a.Field.Credential.Scheme != manifest.SchemeHeader {
		return
	}
	type use struct{ times, credentials int }
	uses := map[string]use{}
	for e := range a.Elements {
		element := &a.Elements[e]
		name := strings.ToLower(element.Key)
		u := uses[name]
		u.times++
		if element.Form == plan.Slot || element.Form != plan.Static && leak.SecretName(element.Key) {
			u.credentials++
		}
		uses[name] = u
		if u.times > 1 && u.credentials > 0 {
			i.report.Problems = append(i.report.Problems, workflow.Problem{
				Kind: workflow.KindSyntax, Step: s.Name, BlockType: s.Source.Type, Field: a.Field.Name + "." + element.Key, Pointer: element.Pointer,
				Message: a.Field.Name + "." + element.Key + " is the same header as another one here, and a header takes one credential; remove one of them",
			})
		}
	}
}

func (i *inspector) place(s *plan.Step, field *manifest.Field, a *plan.Argument, path, parameter string) {
	provider := field.Credential.Provider
	destination, _ := i.destination(s, field.Credential.Destination)
	optional := path != field.Name || mayBeLeftOut(field) // a header may be empty
	switch a.Form {
	case plan.Static:
		if !optional && empty(a.Value) {
			i.report.Problems = append(i.report.Problems, workflow.Problem{
				Kind: workflow.KindSyntax, Step: s.Name, BlockType: s.Source.Type, Field: path, Pointer: a.Pointer,
				Message: path + " is empty: it takes a credential ($credentials.<id>), or an input that brings one",
			})
		}
	case plan.Slot:
		i.report.Slots = append(i.report.Slots, Slot{
			Step: s.Name, Field: path, Pointer: a.Pointer, Provider: provider, Scheme: field.Credential.Scheme,
			Parameter: parameter, Prefix: a.Prefix, Credential: a.Credential, Destination: destination,
		})
	case plan.FromInput:
		i.report.SecretInputs = append(i.report.SecretInputs, SecretInput{
			Input: i.plan.Inputs[a.Input].Name, Step: s.Name, Field: path, Provider: provider, Prefix: a.Prefix, Destination: destination,
			Optional: optional,
		})
	case plan.FromStep:
		i.report.Computed = append(i.report.Computed, Computed{
			Step: s.Name, Field: path, Provider: provider, Source: i.stepSelector(a), Destination: destination,
		})
	}
}

// mayBeLeftOut reports whether a step works without a value of the field.
func mayBeLeftOut(field *manifest.Field) bool {
	return !field.Required && slices.ContainsFunc(field.Accepts, func(t manifest.Type) bool { return t.Literal == manifest.Null })
}

// empty reports whether a value stands for no credential: null or the empty string.
func empty(v any) bool { return v == nil || v == "" }

func (i *inspector) stepSelector(a *plan.Argument) string {
	return workflow.Selector{Step: i.plan.Steps[a.Step].Name, Output: a.Output}.String()
}

// constantAddress is the address that a text of a step names for a destination.
func constantAddress(s *plan.Step, d manifest.Destination, text string) (string, error) {
	switch d.Scheme {
	case "":
		return Canonical(text)
	case smtp:
		port, _ := s.Argument(d.Port)
		return mailServer(text, port)
	case s3:
		region, _ := s.Argument(d.Port)
		return bucket(text, region)
	}
	return bareHost(d.Scheme, text), nil
}
