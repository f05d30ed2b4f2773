package engine_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// The test-only blocks of the conformance cases. Each shows one way in which the engine
// passes data.

func one(output string, v any) engine.Result { return engine.One(engine.Outputs{output: v}) }

// stateless returns a constructor of a function.
func stateless(run func(call *engine.Call) (engine.Result, error)) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) { return run(call) }), nil
	}
}

func returns(output string, v any) engine.Constructor {
	return stateless(func(*engine.Call) (engine.Result, error) { return one(output, v), nil })
}

// each answers a batch call element by element.
func each(output string, n int, answer func(i int) any) engine.Result {
	items := make([]engine.Result, n)
	for i := range items {
		items[i] = one(output, answer(i))
	}
	return engine.Many(items)
}

func twice(r engine.Result) engine.Result { return engine.Many([]engine.Result{r, r}) }

var errNoBatch = errors.New("not a batch")

func stubs() engine.Registry {
	return engine.Merge(numberStubs(), imageStubs(), containerStubs(), flowStubs(), secretStubs(), detectionStubs(), namedOnly())
}

// namedOnly are blocks that are compiled but never run.
func namedOnly() engine.Registry {
	registry := engine.Registry{}
	for _, name := range []string{
		"BlockRequestingDifferentDims", "ExampleModel", "ExampleNonBatchFlowControl", "ExampleFlowControl",
		"ExampleTransformation", "ExampleSink", "ExampleFusion", "ExampleBlockWithInit", "Block1Manifest",
		"Block1Manifest@v1", "Block1Manifest@v2", "Block2Manifest", "ExpectsTheSameDimensionality",
	} {
		registry[name] = stateless(func(*engine.Call) (engine.Result, error) { return engine.None(), errors.New("never run") })
	}
	return registry
}

func numberStubs() engine.Registry {
	const f = "float_value"
	return engine.Registry{
		"NonBatchInputBlock":                  returns(f, 0.4),
		"MixedInputWithoutBatchesBlock":       returns(f, 0.4),
		"BatchInputBlockNotProcessingBatches": returns(f, 0.4),
		"CompoundNonBatchInputBlock":          returns(f, 0.4),
		"CompoundNonStrictBatchBlock":         returns(f, 0.4),
		"MixedInputWithBatchesBlock":          fortiesFor("mixed_parameter", false),
		"BatchInputBlockProcessingBatches":    fortiesFor("batch_parameter", true),
		"CompoundMixedInputBlockManifestBlock": stateless(func(c *engine.Call) (engine.Result, error) {
			return forties(firstBatch(c.Arg("compound_parameter")), false)
		}),
		"CompoundStrictBatchBlock": stateless(func(c *engine.Call) (engine.Result, error) {
			return forties(firstBatch(c.Arg("compound_parameter")), true)
		}),
		"CurrentTime": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("time", c.Now().Format(time.RFC3339)), nil
		}),
		"scalar_only_echo": stateless(func(c *engine.Call) (engine.Result, error) { return one("output", c.Arg("value")), nil }),
		"batch_only_echo": stateless(func(c *engine.Call) (engine.Result, error) {
			items := c.Batch("items")
			if items == nil {
				return one("output", []any{"no_batch"}), nil
			}
			return each("output", items.Len(), func(i int) any { return items.Values[i] }), nil
		}),
		"ExampleVideoMetadataProcessing": stateless(func(c *engine.Call) (engine.Result, error) {
			metadata, ok := c.Arg("metadata").(*value.VideoMetadata)
			if !ok {
				return engine.None(), errors.New("no metadata")
			}
			return one("frame_number", metadata.FrameNumber), nil
		}),
	}
}

func fortiesFor(field string, strict bool) engine.Constructor {
	return stateless(func(c *engine.Call) (engine.Result, error) { return forties(c.Batch(field), strict) })
}

func forties(b *engine.Batch, strict bool) (engine.Result, error) {
	if b == nil && strict {
		return engine.None(), errNoBatch
	}
	if b == nil {
		return one("float_value", 0.4), nil
	}
	return each("float_value", b.Len(), func(int) any { return 0.4 }), nil
}

func firstBatch(v any) *engine.Batch {
	object, _ := v.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if b, ok := object[key].(*engine.Batch); ok {
			return b
		}
	}
	return nil
}

// size describes the size of a picture as text.
func size(v any) string {
	picture, ok := v.(*value.Image)
	if !ok {
		panic(fmt.Sprintf("%T is no picture", v))
	}
	return fmt.Sprintf("[%d, %d, 3]", picture.Height(), picture.Width())
}

func sizes(x, y *engine.Batch) string {
	lines := make([]string, x.Len())
	for i := range lines {
		lines[i] = size(x.Values[i]) + size(y.Values[i])
	}
	return strings.Join(lines, "\n")
}

func imageStubs() engine.Registry {
	return engine.Registry{
		"ImageProducer": stateless(func(c *engine.Call) (engine.Result, error) {
			shape, _ := c.Arg("shape").([]any)
			height, _ := value.Int(shape[0])
			width, _ := value.Int(shape[1])
			pixels := image.NewRGBA(image.Rect(0, 0, int(width), int(height)))
			return one("image", value.NewImage(pixels, "image_producer."+c.NewID())), nil
		}),
		"ImageConsumer": stateless(func(c *engine.Call) (engine.Result, error) {
			b := c.Batch("images")
			if b == nil {
				return engine.None(), errNoBatch
			}
			return each("shapes", b.Len(), func(i int) any { return size(b.Values[i]) }), nil
		}),
		"ImageConsumerNonSIMD": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("shapes", size(c.Arg("images"))), nil
		}),
		"MultiSIMDImageConsumer": stateless(func(c *engine.Call) (engine.Result, error) {
			x, y := c.Batch("images_x"), c.Batch("images_y")
			if x.Len() != y.Len() {
				return engine.None(), errNoBatch
			}
			return each("metadata", x.Len(), func(i int) any { return size(x.Values[i]) + size(y.Values[i]) }), nil
		}),
		"MultiImageConsumer": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("shapes", size(c.Arg("images_x"))+size(c.Arg("images_y"))), nil
		}),
		"MultiImageConsumerRaisingDim": stateless(func(c *engine.Call) (engine.Result, error) {
			return engine.Many([]engine.Result{one("shapes", size(c.Arg("images_x"))+size(c.Arg("images_y")))}), nil
		}),
		"MultiSIMDImageConsumerRaisingDim": stateless(func(c *engine.Call) (engine.Result, error) {
			x, y := c.Batch("images_x"), c.Batch("images_y")
			if x == nil || y == nil {
				return engine.None(), errNoBatch
			}
			items := make([]engine.Result, x.Len())
			for i := range items {
				items[i] = engine.Many([]engine.Result{one("shapes", size(x.Values[i])+size(y.Values[i]))})
			}
			return engine.Many(items), nil
		}),
		"MultiNonSIMDImageConsumerDecreasingDim": stateless(func(c *engine.Call) (engine.Result, error) {
			if c.Batch("additional") != nil || c.Batch("images_x") == nil {
				return engine.None(), errNoBatch
			}
			return one("shapes", sizes(c.Batch("images_x"), c.Batch("images_y"))), nil
		}),
		"MultiSIMDImageConsumerDecreasingDim": stateless(func(c *engine.Call) (engine.Result, error) {
			x, y := c.Batch("images_x"), c.Batch("images_y")
			if c.Batch("additional") != nil || x == nil {
				return engine.None(), errNoBatch
			}
			if !c.IsBatch { // the level collapses to a single result
				return one("shapes", sizes(x, y)), nil
			}
			return each("shapes", x.Len(), func(i int) any {
				return sizes(x.Values[i].(*engine.Batch), y.Values[i].(*engine.Batch))
			}), nil
		}),
		"DimensionalityIncrease": stateless(func(*engine.Call) (engine.Result, error) {
			letters := []string{"a", "b", "c", "d"}
			items := make([]engine.Result, len(letters))
			for i := range items {
				items[i] = one("output", letters[i])
			}
			return engine.Many(items), nil
		}),
		"ImageAndTextsStitch": stateless(func(c *engine.Call) (engine.Result, error) {
			texts := c.Batch("texts")
			parts := make([]string, texts.Len())
			for i := range parts {
				parts[i], _ = texts.Values[i].(string)
			}
			return one("output", strings.Join(parts, ", ")), nil
		}),
		"DecreasingDimensionality": stateless(func(c *engine.Call) (engine.Result, error) {
			b := c.Batch("images")
			if !c.IsBatch {
				return one("output", int64(b.Len())), nil
			}
			return each("output", b.Len(), func(i int) any { return int64(b.Values[i].(*engine.Batch).Len()) }), nil
		}),
	}
}

func flowStubs() engine.Registry {
	target := func(s engine.Step) string { text, _ := s.Fields["a_step"].(string); return text }
	targets := func(s engine.Step, field string) []string {
		var out []string
		list, _ := s.Fields[field].([]any)
		for _, item := range list {
			out = append(out, item.(string))
		}
		return out
	}
	return engine.Registry{
		"ABTest": func(s engine.Step) (engine.Block, error) {
			var n atomic.Int64
			return decides(func(*engine.Call) ([]string, error) {
				field := []string{"a_step", "b_step"}[n.Add(1)%2]
				return []string{s.Fields[field].(string)}, nil
			}), nil
		},
		"Condition": func(s engine.Step) (engine.Block, error) {
			statement, ok := s.Fields["condition_statement"].(*query.Statement)
			if !ok {
				return nil, errors.New("no statement")
			}
			return decides(func(c *engine.Call) ([]string, error) {
				params, _ := c.Arg("evaluation_parameters").(map[string]any)
				holds, err := statement.Holds(context.Background(), query.Scope{Params: params})
				field := map[bool]string{true: "steps_if_true", false: "steps_if_false"}[holds]
				return targets(s, field), err
			}), nil
		},
		"AlwaysMove": func(s engine.Step) (engine.Block, error) {
			return decides(func(*engine.Call) ([]string, error) { return []string{target(s)}, nil }), nil
		},
		"AlwaysStop": func(engine.Step) (engine.Block, error) {
			return decides(func(*engine.Call) ([]string, error) { return nil, nil }), nil
		},
		"MoveEven": func(s engine.Step) (engine.Block, error) {
			return everySecond([]string{target(s)}), nil
		},
		"AlwaysTerminate": func(engine.Step) (engine.Block, error) {
			return decides(func(*engine.Call) ([]string, error) { return nil, nil }), nil
		},
		"EachSecondPass": func(s engine.Step) (engine.Block, error) {
			return everySecond(targets(s, "next_steps")), nil
		},
		"AlwaysPass": func(s engine.Step) (engine.Block, error) {
			next := targets(s, "next_steps")
			return engine.BlockFunc(func(_ context.Context, c *engine.Call) (engine.Result, error) {
				b := c.Batch("x")
				if b == nil {
					return engine.None(), errNoBatch
				}
				return engine.Many(slices.Repeat([]engine.Result{engine.Next(next...)}, b.Len())), nil
			}), nil
		},
	}
}

func decides(decide func(*engine.Call) ([]string, error)) engine.Block {
	return engine.BlockFunc(func(_ context.Context, c *engine.Call) (engine.Result, error) {
		next, err := decide(c)
		if err != nil || len(next) == 0 {
			return engine.Stop(), err
		}
		return engine.Next(next...), nil
	})
}

// everySecond continues the first time, stops the second, and so on.
func everySecond(next []string) engine.Block {
	var n atomic.Int64
	return decides(func(*engine.Call) ([]string, error) {
		if n.Add(1)%2 == 1 {
			return next, nil
		}
		return nil, nil
	})
}
