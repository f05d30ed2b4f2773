package motion

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// The constants of the method, as OpenCV sets them.
const (
	modes           = 5
	backgroundShare = 0.9
	fitDistance     = 9
	firstVariance   = 15
	leastVariance   = 4
	mostVariance    = 75
	complexity      = 0.05
	darkest         = 0.5 // a shadow has at least this share of the background's brightness
)

// Values of the mask.
const (
	shadow     = 127
	foreground = 255
)

// mode is one colour that often occurs at a pixel.
type mode struct {
	weight, variance float32
	mean             [3]float32
}

// mixture models each pixel of a video by up to five colours (Zivkovic's adaptive mixture of
// Gaussians, MOG2). The most frequent colours are the background.
type mixture struct {
	w, h      int
	threshold float32
	history   int
	frames    int
	used      []uint8
	modes     []mode
}

// pixelCost is the memory of a pixel's model, in pixels of a picture.
const pixelCost = 26

func newMixture(w, h, threshold, history int) *mixture {
	return &mixture{
		w: w, h: h, threshold: float32(threshold), history: history,
		used: make([]uint8, w*h), modes: make([]mode, modes*w*h),
	}
}

// apply learns a frame and returns the mask of the foreground.
func (m *mixture) apply(frame *image.RGBA) raster.Plane {
	m.frames++
	rate := 1 / float32(min(2*m.frames, m.history))
	mask := raster.New(m.w, m.h)
	for i := range mask.Pix {
		c := frame.Pix[4*i : 4*i+3]
		mask.Pix[i] = m.pixel(i, [3]float32{float32(c[0]), float32(c[1]), float32(c[2])}, rate)
	}
	return mask
}

func (m *mixture) pixel(i int, c [3]float32, rate float32) uint8 {
	all := m.modes[i*modes : (i+1)*modes]
	n := int(m.used[i])
	n, fits, background := m.learn(all, n, c, rate)
	if !fits {
		n = add(all, n, c, rate)
	}
	m.used[i] = uint8(n)
	switch {
	case background:
		return 0
	case m.isShadow(all[:n], c):
		return shadow
	}
	return foreground
}

// learn moves the first mode that fits towards the colour and fades the others.
func (m *mixture) learn(all []mode, n int, c [3]float32, rate float32) (left int, fits, background bool) {
	prune := rate * complexity
	var total float32
	for k := 0; k < n; k++ {
		weight, at := (1-rate)*all[k].weight-prune, k
		if !fits {
			difference, distance := apart(all[k].mean, c)
			background = background || total < backgroundShare && distance < m.threshold*all[k].variance
			if distance < fitDistance*all[k].variance {
				fits = true
				weight += rate
				all[k].move(difference, distance, rate/weight)
				for ; at > 0 && weight >= all[at-1].weight; at-- {
					all[at], all[at-1] = all[at-1], all[at]
				}
			}
		}
		if weight < prune {
			weight = 0
			n--
		}
		all[at].weight = weight
		total += weight
	}
	for k := range all[:n] {
		if total > 0 {
			all[k].weight /= total
		}
	}
	return n, fits, background
}

func apart(mean, c [3]float32) (difference [3]float32, distance float32) {
	for k := range difference {
		difference[k] = mean[k] - c[k]
		distance += difference[k] * difference[k]
	}
	return difference, distance
}

func (g *mode) move(difference [3]float32, distance, share float32) {
	for k := range difference {
		g.mean[k] -= share * difference[k]
	}
	g.variance = min(max(g.variance+share*(distance-g.variance), leastVariance), mostVariance)
}

// add starts a mode with a new colour. If there are already five, it replaces the rarest.
func add(all []mode, n int, c [3]float32, rate float32) int {
	if n < modes {
		n++
	}
	weight := rate
	if n == 1 {
		weight = 1
	}
	for k := range all[:n-1] {
		all[k].weight *= 1 - rate
	}
	at := n - 1
	all[at] = mode{weight, firstVariance, c}
	for ; at > 0 && weight >= all[at-1].weight; at-- {
		all[at], all[at-1] = all[at-1], all[at]
	}
	return n
}

// isShadow reports whether a colour is a darker one of the background.
func (m *mixture) isShadow(all []mode, c [3]float32) bool {
	var total float32
	for _, g := range all {
		var product, square float32
		for k := range c {
			product += c[k] * g.mean[k]
			square += g.mean[k] * g.mean[k]
		}
		if square == 0 {
			return false
		}
		if share := product / square; share <= 1 && share >= darkest {
			_, distance := apart([3]float32{share * g.mean[0], share * g.mean[1], share * g.mean[2]}, c)
			if distance < m.threshold*g.variance*share*share {
				return true
			}
		}
		if total += g.weight; total > backgroundShare {
			return false
		}
	}
	return false
}
