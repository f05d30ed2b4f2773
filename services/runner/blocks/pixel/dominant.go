package pixel

import (
	"cmp"
	"context"
	"image"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// maxSamples bounds the pixels that are compared with each cluster.
const maxSamples = 65_536

// newDominantColor makes the block that divides the colours of a picture into clusters and
// returns the centre of the largest one. The result is deterministic.
func newDominantColor(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		_, pixels, err := argument.Pixels(ctx, call, "image")
		if err != nil {
			return engine.None(), err
		}
		clusters, err := argument.Whole(call, "color_clusters", 1, 10)
		if err != nil {
			return engine.None(), err
		}
		iterations, err := argument.Whole(call, "max_iterations", 1, 500)
		if err != nil {
			return engine.None(), err
		}
		side, err := argument.Whole(call, "target_size", 1, 250)
		if err != nil {
			return engine.None(), err
		}
		c := largest(ctx, samples(pixels, side), clusters, iterations)
		rgb := []any{int64(math.RoundToEven(c[0])), int64(math.RoundToEven(c[1])), int64(math.RoundToEven(c[2]))}
		return engine.One(engine.Outputs{"rgb_color": rgb}), ctx.Err()
	}), nil
}

// sample is a colour and how many pixels have it.
type sample struct {
	rgb [3]float64
	n   float64
}

// samples takes pixels at regular distances, about side of them along the shorter side, and
// counts equal ones.
func samples(src image.Image, side int) []sample {
	rgba := imaging.Copy(src)
	w, h := rgba.Rect.Dx(), rgba.Rect.Dy()
	step := max(1, min(w, h)/side)
	for (w/step)*(h/step) > maxSamples {
		step++
	}
	counts := map[[3]uint8]float64{}
	for y := 0; y < h; y += step {
		for x := 0; x < w; x += step {
			at := rgba.PixOffset(x, y)
			counts[[3]uint8(rgba.Pix[at:at+3])]++
		}
	}
	out := make([]sample, 0, len(counts))
	for c, n := range counts {
		out = append(out, sample{[3]float64{float64(c[0]), float64(c[1]), float64(c[2])}, n})
	}
	// in a fixed order, the most frequent colour first
	slices.SortFunc(out, func(a, b sample) int {
		return cmp.Or(cmp.Compare(b.n, a.n), slices.Compare(a.rgb[:], b.rgb[:]))
	})
	return out
}

// largest returns the centre of the largest cluster (Lloyd's k-means).
func largest(ctx context.Context, all []sample, clusters, iterations int) [3]float64 {
	centers := seeds(all, clusters)
	sizes := make([]float64, len(centers))
	for range iterations {
		if ctx.Err() != nil {
			break
		}
		sums := make([][3]float64, len(centers))
		clear(sizes)
		for _, s := range all {
			at, _ := nearest(centers, s.rgb)
			sizes[at] += s.n
			for k, v := range s.rgb {
				sums[at][k] += v * s.n
			}
		}
		moved := false
		for i := range centers {
			for k := range 3 {
				if v := sums[i][k] / sizes[i]; sizes[i] > 0 && math.Abs(v-centers[i][k]) > 1e-3 {
					centers[i][k], moved = v, true
				}
			}
		}
		if !moved {
			break
		}
	}
	best := 0
	for i, n := range sizes {
		if n > sizes[best] {
			best = i
		}
	}
	return centers[best]
}

// seeds starts with the most frequent colour, and then adds the colour that is farthest from
// all seeds.
func seeds(all []sample, clusters int) [][3]float64 {
	centers := [][3]float64{all[0].rgb}
	for len(centers) < clusters {
		farthest, at := 0.0, -1
		for i, s := range all {
			if _, d := nearest(centers, s.rgb); d > farthest {
				farthest, at = d, i
			}
		}
		if at < 0 { // there are no other colours
			break
		}
		centers = append(centers, all[at].rgb)
	}
	return centers
}

// nearest returns the centre that is nearest to a colour, and the square of its distance.
func nearest(centers [][3]float64, c [3]float64) (int, float64) {
	best, at := math.Inf(1), 0
	for i, o := range centers {
		r, g, b := c[0]-o[0], c[1]-o[1], c[2]-o[2]
		if d := r*r + g*g + b*b; d < best {
			best, at = d, i
		}
	}
	return at, best
}
