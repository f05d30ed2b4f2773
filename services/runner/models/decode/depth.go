package decode

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Depth says how near each pixel of a picture is, row by row: 1 is the nearest place, 0 the
// farthest. Numbers of two pictures cannot be compared.
type Depth struct {
	Width, Height int
	Near          []float32
}

// DepthOf returns the depth of picture i of n. A place without a number is the farthest, and
// so is all of a picture that has no depth.
func DepthOf(m *modelpackage.Model, outputs []modelworker.Output, i, n int, fit imaging.Fit) (*Depth, error) {
	d := &decoder{model: m, outputs: outputs, i: i, n: n}
	out := d.out(m.Scores)
	if len(out.Shape) == 4 && out.Shape[1] == 1 {
		out.Shape = []int64{out.Shape[0], out.Shape[2], out.Shape[3]}
	}
	cells, shape, ok := part(out, 3, i, n)
	if !ok {
		return nil, undeclared(m, out)
	}
	p := plane{cells, shape[1], shape[0]}
	v := newView(fit, m.Input.Width, m.Input.Height, p.width, p.height)
	depth := &Depth{fit.SourceWidth, fit.SourceHeight, make([]float32, fit.SourceWidth*fit.SourceHeight)}
	columns := v.columns(0, depth.Width)
	least, most := float32(math.Inf(1)), float32(math.Inf(-1))
	for y := range depth.Height {
		line, row := v.row(y), depth.Near[y*depth.Width:(y+1)*depth.Width]
		for x, column := range columns {
			row[x] = p.at(column, line)
			if finite(row[x]) {
				least, most = min(least, row[x]), max(most, row[x])
			}
		}
	}
	for at, raw := range depth.Near {
		depth.Near[at] = nearness(raw, least, most, m.Layout)
	}
	return depth, nil
}

func finite(v float32) bool { return v-v == 0 }

// nearness scales a number between the least and the most of a picture.
func nearness(v, least, most float32, layout modelpackage.Layout) float32 {
	if !finite(v) || !(most > least) {
		return 0
	}
	near := float32((float64(v) - float64(least)) / (float64(most) - float64(least)))
	if layout == modelpackage.Distance {
		return 1 - near
	}
	return near
}
