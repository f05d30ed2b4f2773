package plan

import (
	"context"
	"slices"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// conversions names the operations that convert data of a kind to text.
var conversions = map[string]string{
	"image": "ConvertImageToBase64", "object_detection_prediction": "DetectionsToDictionary", "instance_segmentation_prediction": "DetectionsToDictionary",
	"keypoint_detection_prediction": "DetectionsToDictionary", "rle_instance_segmentation_prediction": "DetectionsToDictionary",
}

// arriving maps each place to the kinds of data that it receives.
func (c *compiler) arriving() map[place][]string {
	kinds := map[place][]string{}
	for _, e := range c.plan.Edges {
		if e.To.Kind == StepNode {
			kinds[place{e.To.Index, e.Field}] = e.Kinds
		}
	}
	return kinds
}

// operationsFor returns the operations on elements of a field, by key.
func (c *checker) operationsFor(step int, a *Argument) map[string]query.Operations {
	chains, ok := c.plan.Steps[step].Argument(a.Field.Name + "_operations")
	if !ok {
		return nil
	}
	out := map[string]query.Operations{}
	for _, e := range chains.elements() {
		out[e.Key], _ = e.Value.(query.Operations)
	}
	return out
}

// sendable reports pictures and detections that no operation converts to JSON.
func (c *checker) sendable(step int, a *Argument, operations map[string]query.Operations) {
	if a.Field.Check != manifest.CheckJSON && a.Field.Check != manifest.CheckFile {
		return
	}
	other := func(kind string) bool { return conversions[kind] == "" }
	for i := range a.Elements {
		e := &a.Elements[i]
		path := a.Field.Name + "." + e.Key
		kinds := c.arriving[place{step, path}]
		if len(kinds) == 0 || len(operations[e.Key]) > 0 || slices.ContainsFunc(kinds, other) {
			continue
		}
		with := conversions[kinds[0]]
		if kinds[0] == "image" && a.Field.Check == manifest.CheckFile {
			with = "ConvertImageToJPEG"
		}
		c.fault(step, e, path, "is data of kind %s, which cannot be sent as it is: convert it in %s_operations.%s with %s", kinds[0], a.Field.Name, e.Key, with)
	}
}

// convertWithin bounds the time of the operations on one constant.
const convertWithin = time.Second

// convert applies the operations to constants. A conversion that fails now would fail in
// every run.
func (c *checker) convert(step int, a *Argument, operations map[string]query.Operations) {
	if len(operations) == 0 {
		return
	}
	for _, e := range a.elements() {
		ops := operations[e.Key]
		if e.Form != Static || len(ops) == 0 {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), convertWithin)
		_, err := ops.Apply(ctx, e.Value, query.Scope{})
		if err != nil && ctx.Err() == nil {
			c.fault(step, &e, a.Field.Name+"."+e.Key, "does not fit its operations: %s", err.Error())
		}
		cancel()
	}
}

// checker checks the arguments of steps.
type checker struct {
	*compiler
	// arriving has the kinds of data that each place receives.
	arriving map[place][]string
}

func (c *checker) fault(step int, a *Argument, path, format string, args ...any) {
	c.blame(step, workflow.KindSyntax, path, a.Pointer, "%s "+format, append([]any{path}, args...)...)
}

// place is an element of a step.
type place struct {
	step int
	path string
}
