package shares

import (
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// PresentationMessage returns what visitors read.
func (s *Share) PresentationMessage() *sharingv1.Presentation {
	out := &sharingv1.Presentation{}
	if err := protojson.Unmarshal([]byte(s.Presentation), out); err != nil { // written by this service
		return &sharingv1.Presentation{}
	}
	return out
}

// presented is an interface as the owner of a link presents it.
type presented struct {
	shown *sharingv1.Interface
	// inputs and outputs are those that the owner hides.
	inputs, outputs map[string]bool
}

// present applies a presentation to an interface. What does not fit the version has no
// effect: an input that a run needs stays, and so does a credential.
func present(all *sharingv1.Interface, p *sharingv1.Presentation) presented {
	if len(p.GetInputs())+len(p.GetOutputs()) == 0 {
		return presented{shown: all}
	}
	out := presented{shown: &sharingv1.Interface{}, inputs: map[string]bool{}, outputs: map[string]bool{}}
	wishes := map[string]*sharingv1.InputPresentation{}
	for _, wish := range p.GetInputs() {
		wishes[wish.GetName()] = wish
	}
	for _, in := range ordered(all.GetInputs(), namesOf(p.GetInputs())) {
		wish := wishes[in.GetName()]
		switch {
		case wish == nil || in.GetCredential():
		case wish.GetHidden() && hasDefault(in):
			out.inputs[in.GetName()] = true
			continue
		default:
			in = proto.CloneOf(in) // all callers share the analysis
			in.Label, in.Description = wish.GetLabel(), wish.GetDescription()
		}
		out.shown.Inputs = append(out.shown.Inputs, in)
	}
	out.presentOutputs(all.GetOutputs(), p.GetOutputs())
	return out
}

func (o *presented) presentOutputs(all []*sharingv1.Output, wishes []*sharingv1.OutputPresentation) {
	wished := map[string]*sharingv1.OutputPresentation{}
	for _, wish := range wishes {
		wished[wish.GetName()] = wish
	}
	for _, one := range ordered(all, namesOf(wishes)) {
		wish := wished[one.GetName()]
		if wish.GetHidden() {
			o.outputs[one.GetName()] = true
			continue
		}
		if wish != nil {
			one = proto.CloneOf(one)
			one.Label = wish.GetLabel()
		}
		o.shown.Outputs = append(o.shown.Outputs, one)
	}
}

type named interface{ GetName() string }

func namesOf[T named](list []T) []string {
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = one.GetName()
	}
	return out
}

// ordered returns those that the order names first, and then the others as they come.
func ordered[T named](list []T, order []string) []T {
	byName := make(map[string]T, len(list))
	for _, one := range list {
		byName[one.GetName()] = one
	}
	out := make([]T, 0, len(list))
	for _, name := range order {
		if one, ok := byName[name]; ok {
			out = append(out, one)
			delete(byName, name)
		}
	}
	for _, one := range list {
		if _, left := byName[one.GetName()]; left {
			out = append(out, one)
		}
	}
	return out
}

func hasDefault(in *sharingv1.Input) bool { return len(in.GetDefaultValue()) > 0 }
