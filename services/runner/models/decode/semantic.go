package decode

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Region is all pixels of one class on a picture.
type Region struct {
	Class int
	// Confidence is the mean of its pixels.
	Confidence float64
	Mask       *value.Mask
}

const (
	// mostClasses bounds the classes of a pixel, which are stored in a byte.
	mostClasses = 255
	// noClass marks a pixel whose confidence is too low.
	noClass = 255
	// maxPixelWork bounds the scores that are interpolated for one picture. Beyond it, each
	// pixel takes the class of the nearest cell.
	maxPixelWork = 1 << 28
)

// Regions returns the classes on picture i of n. Pixels below the confidence belong to none.
func Regions(m *modelpackage.Model, outputs []modelworker.Output, i, n int, fit imaging.Fit, confidence float64) ([]Region, error) {
	d := &decoder{model: m, outputs: outputs, i: i, n: n, threshold: float32(confidence)}
	pixel, v, err := d.pixels(fit)
	if err != nil {
		return nil, err
	}
	l := labels{width: fit.SourceWidth, height: fit.SourceHeight, classes: make([]uint8, fit.SourceWidth*fit.SourceHeight)}
	columns := v.columns(0, l.width)
	for y := range l.height {
		line := v.row(y)
		for x, column := range columns {
			class, score := pixel(column, line)
			if class < 0 || class >= mostClasses || score < d.threshold {
				class = noClass
			}
			l.add(x, y, class, score)
		}
	}
	return l.regions()
}

// pixels returns a function that tells the class of a place.
func (d *decoder) pixels(fit imaging.Fit) (func(x, y tap) (int, float32), view, error) {
	in := d.model.Input
	if d.model.Layout == modelpackage.ClassMap {
		out := d.out(d.model.Classes)
		if len(out.Shape) == 4 && out.Shape[1] == 1 {
			out.Shape = []int64{out.Shape[0], out.Shape[2], out.Shape[3]}
		}
		cells, shape, ok := numbers(out, 3, d.i, d.n)
		if !ok {
			return nil, view{}, undeclared(d.model, out)
		}
		v := newView(fit, in.Width, in.Height, shape[1], shape[0])
		return func(x, y tap) (int, float32) { return classOf(cells[nearest(y)*shape[1]+nearest(x)], mostClasses), 1 }, v, nil
	}
	out := d.out(d.model.Scores)
	data, shape, ok := part(out, 4, d.i, d.n)
	if !ok || shape[0] > mostClasses {
		return nil, view{}, undeclared(d.model, out)
	}
	s := scoredPixels{data: data, planes: shape[0], width: shape[2], height: shape[1], scores: make([]float32, shape[0])}
	v := newView(fit, in.Width, in.Height, s.width, s.height)
	if s.planes*fit.SourceWidth*fit.SourceHeight > maxPixelWork {
		return s.byCell(), v, nil
	}
	return s.at, v, nil
}

func nearest(t tap) int {
	if t.w >= 0.5 {
		return t.b
	}
	return t.a
}

// scoredPixels are planes of logits, one for each class.
type scoredPixels struct {
	data                  []float32
	planes, width, height int
	scores                []float32
}

// at returns the most likely class and its probability.
func (s scoredPixels) at(x, y tap) (int, float32) {
	size := s.width * s.height
	for c := range s.scores {
		s.scores[c] = plane{s.data[c*size : (c+1)*size], s.width, s.height}.at(x, y)
	}
	return likeliest(s.scores)
}

// byCell classifies each cell once.
func (s scoredPixels) byCell() func(x, y tap) (int, float32) {
	size := s.width * s.height
	classes, scores := make([]int16, size), make([]float32, size)
	for cell := range size {
		for c := range s.scores {
			s.scores[c] = s.data[c*size+cell]
		}
		class, score := likeliest(s.scores)
		classes[cell], scores[cell] = int16(class), score
	}
	return func(x, y tap) (int, float32) {
		cell := nearest(y)*s.width + nearest(x)
		return int(classes[cell]), scores[cell]
	}
}

// likeliest returns the class of the largest logit and its probability. A single logit
// belongs to class 1; the background has the logit 0.
func likeliest(logits []float32) (int, float32) {
	if len(logits) == 1 {
		p := probability(sigmoid(logits[0]))
		if p >= 0.5 {
			return 1, p
		}
		return 0, 1 - p
	}
	class, most := -1, math.Inf(-1)
	for c, v := range logits {
		if f := clampLogit(v); f > most {
			class, most = c, f
		}
	}
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(clampLogit(v) - most)
	}
	if class < 0 || !(sum > 0) {
		return -1, 0
	}
	return class, float32(1 / sum)
}

// labels has the classes of all pixels, and what is needed to make masks of them.
type labels struct {
	width, height int
	classes       []uint8
	bounds        [256]image.Rectangle
	sum           [256]float64
	count         [256]int
}

func (l *labels) add(x, y, class int, score float32) {
	l.classes[y*l.width+x] = uint8(class)
	if class == noClass {
		return
	}
	b := &l.bounds[class]
	if l.count[class] == 0 {
		*b = image.Rect(x, y, x+1, y+1)
	}
	b.Min.X, b.Max.X, b.Max.Y = min(b.Min.X, x), max(b.Max.X, x+1), y+1
	l.sum[class] += float64(score)
	l.count[class]++
}

func (l *labels) regions() ([]Region, error) {
	var found []Region
	pixels := 0
	for class, count := range l.count[:mostClasses] {
		if count == 0 {
			continue
		}
		b := l.bounds[class]
		if pixels += b.Dx() * b.Dy(); pixels > maxMaskPixels {
			return nil, ErrMasks
		}
		mask := value.NewMask(l.width, l.height, b)
		for y := b.Min.Y; y < b.Max.Y; y++ {
			row := l.classes[y*l.width+b.Min.X : y*l.width+b.Max.X]
			out := mask.Pix[(y-b.Min.Y)*b.Dx():]
			for x, c := range row {
				out[x] = int(c) == class
			}
		}
		found = append(found, Region{class, l.sum[class] / float64(count), mask})
	}
	return found, nil
}
