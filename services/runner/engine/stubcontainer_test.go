package engine_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// sortedValues returns the entries of a map in the order of its keys.
func sortedValues(v any) []any {
	object, _ := v.(map[string]any)
	var out []any
	for _, key := range slices.Sorted(maps.Keys(object)) {
		out = append(out, object[key])
	}
	return out
}

// asBatches fails unless every entry is a batch of the same positions.
func asBatches(entries []any) ([]*engine.Batch, error) {
	var out []*engine.Batch
	for _, entry := range entries {
		b, ok := entry.(*engine.Batch)
		if !ok || len(out) > 0 && !slices.EqualFunc(b.Indices, out[0].Indices, slices.Equal[engine.Index]) {
			return nil, errNoBatch
		}
		out = append(out, b)
	}
	return out, nil
}

// column returns the elements of the batches at one position.
func column(batches []*engine.Batch, i int) []any {
	out := make([]any, len(batches))
	for k, b := range batches {
		out[k] = b.Values[i]
	}
	return out
}

// flat joins batches: of one level or, with positions, the inner ones.
func flat(batches []*engine.Batch) []any {
	var out []any
	for _, b := range batches {
		out = append(out, b.Values...)
	}
	return out
}

func lists(batches []*engine.Batch) []any {
	out := make([]any, len(batches))
	for i, b := range batches {
		out[i] = slices.Clone(b.Values)
	}
	return out
}

func inner(entries []any) ([]*engine.Batch, error) {
	out := make([]*engine.Batch, len(entries))
	for i, entry := range entries {
		b, ok := entry.(*engine.Batch)
		if !ok {
			return nil, errNoBatch
		}
		out[i] = b
	}
	return out, nil
}

// collapse returns for each parent position the result of join for the batches at that
// position, or one result if the level collapses to a scalar.
func collapse(entries func(*engine.Call) []any, join func([]*engine.Batch) []any) engine.Constructor {
	return stateless(func(c *engine.Call) (engine.Result, error) {
		if c.Batch("y") != nil {
			return engine.None(), errNoBatch
		}
		batches, err := inner(entries(c))
		if err != nil {
			return engine.None(), err
		}
		if !c.IsBatch {
			return one("x", join(batches)), nil
		}
		items := make([]engine.Result, batches[0].Len())
		for i := range items {
			below, err := inner(column(batches, i))
			if err != nil {
				return engine.None(), err
			}
			items[i] = one("x", join(below))
		}
		return engine.Many(items), nil
	})
}

func entriesOf(c *engine.Call) []any {
	if list, ok := c.Arg("x").([]any); ok {
		return list
	}
	return sortedValues(c.Arg("x"))
}

func containerStubs() engine.Registry {
	return engine.Registry{
		"Identity": stateless(func(c *engine.Call) (engine.Result, error) { return one("x", c.Arg("x")), nil }),
		"IdentitySIMD": stateless(func(c *engine.Call) (engine.Result, error) {
			b := c.Batch("x")
			if b == nil {
				return engine.None(), errNoBatch
			}
			return each("x", b.Len(), func(i int) any { return b.Values[i] }), nil
		}),
		"BoostDimensionality": stateless(func(c *engine.Call) (engine.Result, error) { return twice(one("x", c.Arg("x"))), nil }),
		"DoubleBoostDimensionality": stateless(func(c *engine.Call) (engine.Result, error) {
			return twice(engine.One(engine.Outputs{"x": c.Arg("x"), "y": c.Arg("y")})), nil
		}),
		"NonSIMDConsumerAcceptingList": stateless(func(c *engine.Call) (engine.Result, error) {
			return engine.One(engine.Outputs{"x": c.Arg("x"), "y": c.Arg("y")}), nil
		}),
		"SIMDConsumerAcceptingList": stateless(func(c *engine.Call) (engine.Result, error) {
			x, err := asBatches(c.Arg("x").([]any))
			if err != nil {
				return engine.None(), err
			}
			y, err := asBatches(c.Arg("y").([]any))
			if err != nil || x[0].Len() != y[0].Len() {
				return engine.None(), errNoBatch
			}
			items := make([]engine.Result, x[0].Len())
			for i := range items {
				items[i] = engine.One(engine.Outputs{"x": column(x, i), "y": column(y, i)})
			}
			return engine.Many(items), nil
		}),
		"NonSIMDConsumerAcceptingDict": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("x", sortedValues(c.Arg("x"))), nil
		}),
		"SIMDConsumerAcceptingDict":       simdDict(func(r engine.Result) engine.Result { return r }),
		"SIMDConsumerAcceptingDictIncDim": simdDict(twice),
		"NonSIMDConsumerAcceptingListIncDim": stateless(func(c *engine.Call) (engine.Result, error) {
			return twice(one("x", c.Arg("x"))), nil
		}),
		"NonSIMDConsumerAcceptingDictIncDim": stateless(func(c *engine.Call) (engine.Result, error) {
			return twice(one("x", sortedValues(c.Arg("x")))), nil
		}),
		"NonSIMDConsumerAcceptingListDecDim": collapse(entriesOf, flat),
		"SIMDConsumerAcceptingListDecDim":    collapse(entriesOf, flat),
		"NonSIMDConsumerAcceptingDictDecDim": collapse(entriesOf, lists),
		"SIMDConsumerAcceptingDictDecDim":    collapse(entriesOf, lists),
		"ExpressionTestBlock": stateless(func(c *engine.Call) (engine.Result, error) {
			text, ok := c.Arg("output").(string)
			if !ok {
				return engine.None(), fmt.Errorf("code is not run")
			}
			return one("output", text), nil
		}),
		"TakeFirstNonEmpty": stateless(func(c *engine.Call) (engine.Result, error) {
			list, _ := c.Arg("inputs").([]any)
			for _, item := range list {
				if item != nil {
					return one("output", item), nil
				}
			}
			return one("output", nil), nil
		}),
	}
}

func simdDict(shape func(engine.Result) engine.Result) engine.Constructor {
	return stateless(func(c *engine.Call) (engine.Result, error) {
		batches, err := asBatches(sortedValues(c.Arg("x")))
		if err != nil {
			return engine.None(), err
		}
		items := make([]engine.Result, batches[0].Len())
		for i := range items {
			items[i] = shape(one("x", column(batches, i)))
		}
		return engine.Many(items), nil
	})
}

func secretStubs() engine.Registry {
	ok := func(c *engine.Call) any {
		if c.Arg("secret") == nil {
			return "empty"
		}
		return "ok"
	}
	return engine.Registry{
		"secret_store": returns("secret", "my_secret"),
		"secret_store_user": stateless(func(c *engine.Call) (engine.Result, error) {
			return each("output", c.Batch("image").Len(), func(int) any { return c.Arg("secret") }), nil
		}),
		"batch_secret_store": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("secret", "my_secret_"+c.NewID()), nil
		}),
		"non_batch_secret_store_user": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("output", c.Arg("secret")), nil
		}),
		"reference_images_comparison": stateless(compareImages),
		"block_accepting_batches_of_images": stateless(func(c *engine.Call) (engine.Result, error) {
			return each("output", c.Batch("image").Len(), func(int) any { return "ok" }), nil
		}),
		"block_accepting_empty_batches_of_images": stateless(func(c *engine.Call) (engine.Result, error) {
			return each("output", c.Batch("image").Len(), func(int) any { return ok(c) }), nil
		}),
		"block_accepting_images":       returns("output", "ok"),
		"block_accepting_empty_images": stateless(func(c *engine.Call) (engine.Result, error) { return one("output", ok(c)), nil }),
		"block_accepting_scalars": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("output", c.Arg("secret")), nil
		}),
		"block_accepting_empty_scalars": returns("output", "modified-secret"),
	}
}

// compareImages returns the share of equal channel values, for each reference.
func compareImages(c *engine.Call) (engine.Result, error) {
	picture, _ := c.Arg("image").(*value.Image)
	references, ok := c.Arg("reference_images").([]any)
	if !ok {
		references = []any{c.Arg("reference_images")}
	}
	out := make([]any, len(references))
	for i, reference := range references {
		other, ok := reference.(*value.Image)
		if !ok {
			return engine.None(), fmt.Errorf("%T is no picture", reference)
		}
		out[i] = alikeShare(picture, other)
	}
	return one("similarity", out), nil
}
