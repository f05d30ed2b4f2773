package plan

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
)

// declaredOffsets checks the input offsets of the manifest.
func (f *flow) declaredOffsets() bool {
	low, high, first := 0, 0, true
	for _, offset := range f.step.Manifest.InputOffsets {
		if first {
			low, high, first = offset, offset, false
		}
		low, high = min(low, offset), max(high, offset)
	}
	if low < 0 {
		return f.fail(workflow.KindBlockInterface, "", "the block %s declares a negative offset of an input's dimensionality", f.step.Manifest.Type)
	}
	if high-low > 1 {
		return f.fail(workflow.KindBlockInterface, "", "the block %s declares input dimensionalities that differ by more than one level", f.step.Manifest.Type)
	}
	return true
}

// inputLevels finds the level at which the step's inputs meet, and gives cast scalars theirs.
func (f *flow) inputLevels() bool {
	levels := map[int]string{}
	for i := range f.fields {
		b := &f.fields[i]
		if len(b.lineages) == 0 {
			continue
		}
		b.dimensionality = len(b.lineages[0])
		for _, l := range b.lineages[1:] {
			if len(l) != b.dimensionality {
				return f.fail(workflow.KindDimensionality, b.name, "the elements of %s are nested %d and %d levels deep; within one field the depth must be the same", b.name, b.dimensionality, len(l))
			}
		}
		if b.offset > 0 {
			continue
		}
		levels[b.dimensionality] = b.name
		if len(levels) > 1 {
			return f.differentLevels(levels)
		}
	}
	f.level = 1
	for level := range levels {
		f.level = level
	}
	return f.castLevels()
}

func (f *flow) differentLevels(levels map[int]string) bool {
	low, high := maxDimensionality+1, 0
	for level := range levels {
		low, high = min(low, level), max(high, level)
	}
	return f.fail(workflow.KindDimensionality, levels[high], "%s is nested %d levels deep and %s %d; the block %s needs them at the same depth",
		levels[high], high, levels[low], low, f.step.Manifest.Type)
}

func (f *flow) castLevels() bool {
	low, high := 0, 0
	for i := range f.fields {
		b := &f.fields[i]
		if len(b.lineages) == 0 {
			b.dimensionality = f.level + b.offset
		}
		if low == 0 || b.dimensionality < low {
			low = b.dimensionality
		}
		high = max(high, b.dimensionality)
	}
	if high-low > 1 {
		return f.fail(workflow.KindDimensionality, "", "the inputs are nested between %d and %d levels deep; the depths may differ by one level at most", low, high)
	}
	return true
}

// outputOffset checks the output offset of the manifest against the batches of this step.
func (f *flow) outputOffset() bool {
	m := f.step.Manifest
	if m.OutputOffset < 0 && len(f.fields) == 0 {
		return f.fail(workflow.KindDimensionality, "", "the block %s joins the elements of a batch, but none of its inputs is one", m.Type)
	}
	if m.OutputOffset < -1 || m.OutputOffset > 1 {
		return f.fail(workflow.KindBlockInterface, "", "the block %s declares an output offset of %d; it can be -1, 0 or 1", m.Type, m.OutputOffset)
	}
	if m.Reference != "" && f.field(m.Reference) == nil {
		return f.fail(workflow.KindBlockInterface, m.Reference, "the block %s takes its dimensionality from %s, which is no batch here", m.Type, m.Reference)
	}
	return f.differingOffsets()
}

func (f *flow) differingOffsets() bool {
	m := f.step.Manifest
	var offsets []int
	for _, b := range f.fields {
		if !slices.Contains(offsets, b.offset) {
			offsets = append(offsets, b.offset)
		}
	}
	switch {
	case len(offsets) == 0:
		return true
	case !slices.Contains(offsets, 0):
		return f.fail(workflow.KindBlockInterface, "", "the block %s declares no input without offset", m.Type)
	case len(offsets) > 1 && m.Reference == "":
		return f.fail(workflow.KindBlockInterface, "", "the block %s declares inputs of different depth, but not which of them is the reference", m.Type)
	case len(offsets) > 1 && m.OutputOffset != 0:
		return f.fail(workflow.KindBlockInterface, "", "the block %s declares inputs of different depth together with an output offset", m.Type)
	}
	return true
}

// relativeLevels compares each input's depth with the reference.
func (f *flow) relativeLevels() bool {
	if len(f.fields) == 0 {
		return true
	}
	reference := f.field(f.step.Manifest.Reference)
	if reference == nil {
		reference = &batchField{name: f.fields[0].name, dimensionality: f.fields[0].dimensionality, offset: f.fields[0].offset}
	}
	ok := true
	for _, b := range f.fields {
		want := reference.dimensionality + b.offset - reference.offset
		if want <= 0 || b.dimensionality != want {
			ok = f.fail(workflow.KindDimensionality, b.name, "%s is nested %d levels deep; next to %s, which is %d deep, it must be %d",
				b.name, b.dimensionality, reference.name, reference.dimensionality, max(want, 1))
		}
	}
	return ok
}
