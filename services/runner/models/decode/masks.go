package decode

import (
	"errors"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// maxMaskPixels bounds the pixels of all masks of one picture.
	maxMaskPixels = 1 << 27
	// maxMaskWork bounds the products of coefficients and prototypes for one picture.
	maxMaskWork = 1 << 30
)

// ErrMasks is the error for masks that are too large together.
var ErrMasks = errors.New("the masks of one picture are too large together: ask for fewer detections or send a smaller picture")

// Masks returns a mask on the picture for each box.
func Masks(m *modelpackage.Model, outputs []modelworker.Output, i, n int, found *Found, fit imaging.Fit) ([]*value.Mask, error) {
	d := &decoder{model: m, outputs: outputs}
	out := d.out(m.Masks)
	data, shape, ok := part(out, 4, i, n)
	if !ok || shape[1] > modelpackage.MaxSide || shape[2] > modelpackage.MaxSide {
		return nil, undeclared(m, out)
	}
	k := &masker{found: found, data: data, count: shape[0], height: shape[1], width: shape[2], model: m}
	k.view = newView(fit, m.Input.Width, m.Input.Height, k.width, k.height)
	masks := make([]*value.Mask, len(found.Boxes))
	for at, b := range found.Boxes {
		var err error
		if masks[at], err = k.mask(b); err != nil {
			return nil, err
		}
	}
	return masks, nil
}

// masker draws the masks on one picture.
type masker struct {
	model                *modelpackage.Model
	found                *Found
	data                 []float32
	count, width, height int
	view                 view
	pixels, work         int
}

func (k *masker) mask(b Box) (*value.Mask, error) {
	if k.model.Coefficients == 0 {
		if b.row >= k.count {
			return k.draw(plane{}, image.Rectangle{}, 0)
		}
		size := k.width * k.height
		p := plane{k.data[b.row*size : (b.row+1)*size], k.width, k.height}
		if k.work += size; k.work > maxMaskWork {
			return nil, ErrMasks
		}
		return k.draw(p, p.above(0), 0)
	}
	if k.count != k.model.Coefficients {
		return nil, undeclared(k.model, modelworker.Output{Shape: []int64{int64(k.count), int64(k.height), int64(k.width)}})
	}
	p, err := k.combined(b)
	if err != nil {
		return nil, err
	}
	return k.draw(p, p.above(0.5), 0.5)
}

// combined sums the prototypes, each multiplied by its coefficient of the box. Cells outside
// of the box are 0.
func (k *masker) combined(b Box) (plane, error) {
	p := plane{make([]float32, k.width*k.height), k.width, k.height}
	box := k.cells(b)
	if k.work += box.Dx()*box.Dy()*k.count + len(p.cells); k.work > maxMaskWork {
		return p, ErrMasks
	}
	coefficients := k.found.values(b)
	for c, weight := range coefficients[:k.count] {
		prototype := k.data[c*len(p.cells) : (c+1)*len(p.cells)]
		for y := box.Min.Y; y < box.Max.Y; y++ {
			from, to := y*k.width+box.Min.X, y*k.width+box.Max.X
			sums := p.cells[from:to]
			for x, v := range prototype[from:to] {
				sums[x] += weight * v
			}
		}
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			p.cells[y*k.width+x] = sigmoid(p.cells[y*k.width+x])
		}
	}
	return p, nil
}

// cells returns the cells inside of a box.
func (k *masker) cells(b Box) image.Rectangle {
	in := k.model.Input
	cell := func(v float32, input, cells int) int {
		at := math.RoundToEven(float64(v) * float64(cells) / float64(input))
		if !(at > 0) {
			return 0
		}
		return int(min(at, float64(cells)))
	}
	r := image.Rectangle{
		Min: image.Pt(cell(b.X0, in.Width, k.width), cell(b.Y0, in.Height, k.height)),
		Max: image.Pt(cell(b.X1, in.Width, k.width), cell(b.Y1, in.Height, k.height)),
	}
	if r.Empty() {
		return image.Rectangle{}
	}
	return r
}

// draw marks the pixels of the picture at which the plane is above a threshold. part is where
// its cells are.
func (k *masker) draw(p plane, part image.Rectangle, threshold float32) (*value.Mask, error) {
	fit := k.view.fit
	if part.Empty() {
		return value.NewMask(fit.SourceWidth, fit.SourceHeight, image.Rectangle{}), nil
	}
	bounds := k.view.pixels(part)
	if k.pixels += bounds.Dx() * bounds.Dy(); k.pixels > maxMaskPixels {
		return nil, ErrMasks
	}
	mask := value.NewMask(fit.SourceWidth, fit.SourceHeight, bounds)
	columns := k.view.columns(bounds.Min.X, bounds.Max.X)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		row := mask.Pix[(y-bounds.Min.Y)*bounds.Dx():]
		line := k.view.row(y)
		for x, column := range columns {
			row[x] = p.at(column, line) > threshold
		}
	}
	return mask, nil
}
