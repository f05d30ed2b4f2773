package detection

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newStitchOCR makes the block that joins detected characters and words to a text: line by
// line, and within a line by place.
func newStitchOCR(step engine.Step) (engine.Block, error) {
	direction, _ := step.Fields["reading_direction"].(string)
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		predictions := call.Batch("predictions")
		tolerance, _ := value.Float(call.Arg("tolerance"))
		delimiter, _ := call.Arg("delimiter").(string)
		results := make([]engine.Result, predictions.Len())
		for i := range results {
			d, err := detections("predictions", predictions.Values[i])
			if err != nil {
				return engine.None(), err
			}
			if d.Len() > maxStitched {
				return engine.None(), engine.Failf(engine.QueryInput, "there are %d detections; at most %d can be put in order", d.Len(), maxStitched)
			}
			results[i] = engine.One(engine.Outputs{"ocr_text": read(d, direction, tolerance, delimiter)})
		}
		return engine.Many(results), nil
	}), nil
}

// glyph is a detection in the order of reading: along is its position within the line, across
// is the position of the line.
type glyph struct {
	along, across float64
	text          string
}

// read puts the detections in order. Detections belong to one line if they begin at the
// same height, as far as the tolerance goes.
func read(d *value.Detections, direction string, tolerance float64, delimiter string) string {
	if direction == "auto" {
		direction = guess(d)
	}
	vertical := strings.HasPrefix(direction, "vertical")
	separator := map[bool]string{true: " ", false: "\n"}[vertical]
	lines := lines(d, vertical, tolerance)
	slices.SortStableFunc(lines, func(a, b []glyph) int { return cmp.Compare(a[0].across, b[0].across) })
	if direction == "vertical_bottom_to_top" {
		slices.Reverse(lines)
	}
	backwards := direction == "right_to_left" || direction == "vertical_bottom_to_top"
	var words []string
	for i, line := range lines {
		slices.SortStableFunc(line, func(a, b glyph) int {
			if backwards {
				a, b = b, a
			}
			return cmp.Compare(a.along, b.along)
		})
		if i > 0 {
			words = append(words, separator)
		}
		for _, g := range line {
			words = append(words, g.text)
		}
	}
	return strings.Join(words, delimiter)
}

// lines groups the detections into lines. The first detection of a line determines the line's
// position.
func lines(d *value.Detections, vertical bool, tolerance float64) [][]glyph {
	var lines [][]glyph
next:
	for i, box := range d.XYXY {
		g := glyph{along: math.RoundToEven(box[0]), across: math.RoundToEven(box[1]), text: d.Class(i)}
		if vertical {
			g.along, g.across = g.across, g.along
		}
		for l := range lines {
			if math.Abs(lines[l][0].across-g.across) <= tolerance {
				lines[l] = append(lines[l], g)
				continue next
			}
		}
		lines = append(lines, []glyph{g})
	}
	return lines
}

// guess assumes that text is horizontal if its pieces are wider than high.
func guess(d *value.Detections) string {
	var width, height float64
	for _, box := range d.XYXY {
		width += box.Width()
		height += box.Height()
	}
	if width > height {
		return "left_to_right"
	}
	return "vertical_top_to_bottom"
}
