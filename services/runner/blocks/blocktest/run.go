// Package blocktest runs one step in the engine, or calls one block, for tests of blocks.
package blocktest

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Input is a value that comes into the run as a batch input of a kind.
type Input struct {
	Kind  string
	Value any
}

// Detections is an input of detections with masks or without.
func Detections(d *value.Detections) Input { return Input{"instance_segmentation_prediction", d} }

// Picture is an input picture.
func Picture(p *value.Image) Input { return Input{"image", p} }

// Run runs one block with the fields of a definition and returns its outputs. A field that
// is an [Input], or a list with some, is wired to inputs of the workflow.
func Run(t testing.TB, blocks engine.Registry, block string, fields map[string]any) (map[string]any, error) {
	t.Helper()
	out, err := Play(t, blocks, block, fields)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// Play is like Run for a batch: an Input may have a []any of values, one for each frame. It
// returns the outputs for each.
func Play(t testing.TB, blocks engine.Registry, block string, fields map[string]any) ([]map[string]any, error) {
	t.Helper()
	step := map[string]any{"type": "roboflow_core/" + block, "name": "s"}
	given, inputs := map[string]any{}, []any{}
	wire := func(name string, v any) any {
		in, ok := v.(Input)
		if !ok {
			return v
		}
		given[name] = in.Value
		inputs = append(inputs, map[string]any{"type": "WorkflowBatchInput", "name": name, "kind": []string{in.Kind}})
		return "$inputs." + name
	}
	for name, v := range fields {
		if list, ok := v.([]any); ok {
			wired := make([]any, len(list))
			for i, item := range list {
				wired[i] = wire(fmt.Sprint(name, i), item)
			}
			v = wired
		}
		step[name] = wire(name, v)
	}
	slices.SortFunc(inputs, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	definition, err := json.Marshal(map[string]any{
		"version": "1.3.0", "inputs": inputs, "steps": []any{step},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "out", "selector": "$steps.s.*", "coordinates_system": "own"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, _, problems := plan.Load(definition, manifest.Core())
	if len(problems) > 0 {
		return nil, problems
	}
	w, err := engine.Compile(p, blocks)
	if err != nil {
		return nil, err
	}
	ctx, done := value.WithMemory(t.Context(), memory{grows: p.Steps[0].Manifest.Grows})
	defer done()
	n := 0
	newID := func() string { n++; return fmt.Sprint("new", n) }
	results, err := w.Run(ctx, engine.Request{Env: engine.Env{NewID: newID, Codec: imaging.NewCodec(imaging.Limits{})}, Inputs: given})
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(results))
	for i, result := range results {
		out[i], _ = result["out"].(map[string]any)
	}
	return out, nil
}

// memory is that of a run: only a block whose manifest says so may need more than its
// pictures.
type memory struct{ grows bool }

// Enter implements value.Memory.
func (memory) Enter(context.Context) (leave func(), err error) { return func() {}, nil }

// Grow implements value.Memory.
func (m memory) Grow(width, height int) error {
	if !m.grows {
		return fmt.Errorf("the block needs %d by %d pixels more, and its manifest does not say that it grows", width, height)
	}
	return nil
}

// Frames are n frames of a recorded video.
func Frames(n int, fps float64) Input {
	fromFile, frames := true, make([]any, n)
	for i := range frames {
		frame := value.NewImage(image.NewGray(image.Rect(0, 0, 64, 48)), "frame")
		frames[i] = frame.WithVideo(&value.VideoMetadata{VideoID: "v", FrameNumber: int64(i), FPS: fps, FromFile: &fromFile})
	}
	return Input{"image", frames}
}

// Found returns detections with the IDs a, b and so on, and one class for each box.
func Found(classes string, boxes ...value.Box) *value.Detections {
	names := strings.Fields(classes)
	d := &value.Detections{Data: map[string][]any{}}
	for i, box := range boxes {
		d.XYXY = append(d.XYXY, box)
		d.Confidence = append(d.Confidence, 0.5+0.01*float64(i))
		d.ClassID = append(d.ClassID, int64(i))
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], string(rune('a'+i)))
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], names[i%len(names)])
	}
	return d
}

// Call makes a call with its own state, to run a single block without the engine.
func Call(env *engine.Env, step *engine.Step, args map[string]any, indices ...engine.Index) *engine.Call {
	call := &engine.Call{Env: env, Step: step, Args: args, Indices: indices, IsBatch: len(indices) > 1}
	return engine.NewSession(1).Bind(call, 0)
}
