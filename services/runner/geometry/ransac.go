package geometry

import (
	"context"
	"math"
	"math/rand/v2"
)

const (
	// mostSamples bounds the samples of pairs.
	mostSamples = 2000
	// sure is the wanted probability that at least one sample has no wrong pair.
	sure = 0.995
)

// model is a kind of homography: how many pairs determine one, and how to find it.
type model struct {
	pairs int
	fit   func(from, to []Point) (Homography, bool)
}

// Agree returns the homography that most pairs of points agree with, within an error in
// pixels (Fischler and Bolles, "Random Sample Consensus", 1981), and the pairs that agree. It
// is deterministic. ok is false if fewer than four agree.
func Agree(ctx context.Context, from, to []Point, within float64) (h Homography, inliers []int, ok bool) {
	return model{4, Fit}.agree(ctx, from, to, within)
}

// AgreeOnMotion is like [Agree] for a turn, a zoom and a shift: two pairs determine them.
func AgreeOnMotion(ctx context.Context, from, to []Point, within float64) (h Homography, inliers []int, ok bool) {
	return model{2, FitMotion}.agree(ctx, from, to, within)
}

func (m model) agree(ctx context.Context, from, to []Point, within float64) (h Homography, inliers []int, ok bool) {
	if len(from) < m.pairs {
		return Identity, nil, false
	}
	random := rand.New(rand.NewPCG(1, uint64(len(from)))) //nolint:gosec // the same samples each time; they are not secret
	needed := mostSamples
	for i := 0; i < needed && ctx.Err() == nil; i++ {
		sample, fits := m.fit(m.draw(random, from, to))
		if !fits {
			continue
		}
		if agreed := agreeing(sample, from, to, within); len(agreed) > len(inliers) {
			h, inliers = sample, agreed
			needed = m.samplesFor(float64(len(agreed)) / float64(len(from)))
		}
	}
	if len(inliers) < m.pairs {
		return Identity, nil, false
	}
	for range 2 { // a fit of all that agree may find some more
		better, fits := m.fit(chosen(from, inliers), chosen(to, inliers))
		agreed := agreeing(better, from, to, within)
		if !fits || len(agreed) < len(inliers) {
			break
		}
		h, inliers = better, agreed
	}
	return h, inliers, true
}

// draw draws distinct pairs.
func (m model) draw(random *rand.Rand, from, to []Point) (a, b []Point) {
	var drawn []int
next:
	for len(drawn) < m.pairs {
		i := random.IntN(len(from))
		for _, k := range drawn {
			if i == k {
				continue next
			}
		}
		drawn = append(drawn, i)
	}
	return chosen(from, drawn), chosen(to, drawn)
}

func chosen(points []Point, at []int) []Point {
	out := make([]Point, len(at))
	for i, k := range at {
		out[i] = points[k]
	}
	return out
}

func agreeing(h Homography, from, to []Point, within float64) []int {
	var out []int
	for i, p := range from {
		if h.Apply(p).Distance(to[i]) <= within {
			out = append(out, i)
		}
	}
	return out
}

// samplesFor returns how many samples are needed so that one without a wrong pair is likely.
func (m model) samplesFor(right float64) int {
	allRight := math.Pow(right, float64(m.pairs))
	if allRight >= 1 {
		return 1
	}
	return int(min(math.Ceil(math.Log(1-sure)/math.Log(1-allRight)), mostSamples))
}

// FitMotion returns the turn, zoom and shift that map points to others with the least error
// (Umeyama, 1991, in the plane without reflection).
func FitMotion(from, to []Point) (Homography, bool) {
	n := float64(len(from))
	if len(from) != len(to) || len(from) < 2 {
		return Identity, false
	}
	var a, b Point
	for i := range from {
		a, b = Point{a.X + from[i].X/n, a.Y + from[i].Y/n}, Point{b.X + to[i].X/n, b.Y + to[i].Y/n}
	}
	spread, along, across := 0.0, 0.0, 0.0
	for i := range from {
		x, y, u, v := from[i].X-a.X, from[i].Y-a.Y, to[i].X-b.X, to[i].Y-b.Y
		spread += x*x + y*y
		along += x*u + y*v
		across += x*v - y*u
	}
	if !(spread > 0) || math.IsInf(spread, 0) {
		return Identity, false
	}
	c, s := along/spread, across/spread
	return Homography{c, -s, b.X - c*a.X + s*a.Y, s, c, b.Y - s*a.X - c*a.Y, 0, 0, 1}, true
}
