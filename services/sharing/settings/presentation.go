package settings

import (
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
)

// maxPresentation bounds a stored presentation in bytes. Every view carries it.
const maxPresentation = 64 << 10

// setPresentation copies the whole presentation, or the part that the mask names.
func (e *edit) setPresentation(in *sharingv1.Presentation, part string) error {
	next := &sharingv1.Presentation{}
	if part == "" {
		proto.Merge(next, in)
	} else {
		field := in.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(part))
		if field == nil {
			return resource.Invalid("update_mask", "a presentation has no field %q", part)
		}
		proto.Merge(next, e.row.PresentationMessage())
		next.ProtoReflect().Clear(field)
		if in.ProtoReflect().Has(field) {
			next.ProtoReflect().Set(field, in.ProtoReflect().Get(field))
		}
	}
	raw, err := protojson.Marshal(next)
	if err != nil {
		return resource.Invalid("share.presentation", "cannot be written as JSON")
	}
	if len(raw) > maxPresentation {
		return resource.Invalid("share.presentation", "is larger than %d KiB", maxPresentation>>10)
	}
	e.row.Presentation = string(raw)
	return nil
}

// checkPresentation refuses a presentation that does not fit the version: it must not touch
// what keeps a visitor's credential safe, and every run must be possible and have a result.
func (e *edit) checkPresentation(a *definition.Analysis) error {
	if !e.opens("presentation", true) {
		return nil // parts that do not fit a new live version have no effect
	}
	p := e.row.PresentationMessage()
	brings := false
	for _, in := range a.VisitorInterface.GetInputs() {
		brings = brings || in.GetCredential()
	}
	if err := publish.Presentation(p, brings); err != nil {
		return err
	}
	if err := checkShownInputs(a.VisitorInterface.GetInputs(), p.GetInputs()); err != nil {
		return err
	}
	return checkShownOutputs(a.VisitorInterface.GetOutputs(), p.GetOutputs())
}

func checkShownInputs(declared []*sharingv1.Input, shown []*sharingv1.InputPresentation) error {
	inputs := map[string]*sharingv1.Input{}
	for _, in := range declared {
		inputs[in.GetName()] = in
	}
	for _, s := range shown {
		in := inputs[s.GetName()]
		delete(inputs, s.GetName())
		switch {
		case in == nil:
			return resource.Invalid("share.presentation.inputs", "the version has no input %q, or it is named twice", s.GetName())
		case in.GetCredential() && (s.GetHidden() || s.GetLabel() != "" || s.GetDescription() != ""):
			return resource.Invalid("share.presentation.inputs", "%q is a credential: visitors must see it, with its provider and destination", s.GetName())
		case len(in.GetDefaultValue()) == 0 && s.GetHidden():
			return resource.Invalid("share.presentation.inputs", "%q has no default that runs could use; give it one before you hide it", s.GetName())
		}
	}
	return nil
}

func checkShownOutputs(declared []*sharingv1.Output, shown []*sharingv1.OutputPresentation) error {
	outputs := map[string]bool{}
	for _, out := range declared {
		outputs[out.GetName()] = true
	}
	hidden := 0
	for _, s := range shown {
		if !outputs[s.GetName()] {
			return resource.Invalid("share.presentation.outputs", "the version has no output %q, or it is named twice", s.GetName())
		}
		delete(outputs, s.GetName())
		if s.GetHidden() {
			hidden++
		}
	}
	if hidden > 0 && hidden == len(declared) {
		return resource.Invalid("share.presentation.outputs", "are all hidden; show at least one")
	}
	return nil
}
