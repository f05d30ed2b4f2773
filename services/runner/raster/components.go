package raster

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Parts returns the connected bright parts of a plane that are not inside of another one,
// from the bottom up. Pixels that touch at a corner are connected. ok is false if the boxes
// around the parts have more than most pixels together.
func Parts(p Plane, most int) (parts []*value.Mask, ok bool) {
	outer := outside(p)
	// The first pixel of a part is its leftmost pixel in the top row, so the pixel to its
	// left is outside of the part.
	return p.components(most, func(i int) bool { return i%p.W == 0 || outer[i-1] })
}

// Components is like Parts, but also returns the parts inside of others.
func Components(p Plane, most int) (parts []*value.Mask, ok bool) {
	return p.components(most, func(int) bool { return true })
}

// components returns the parts whose first pixel is wanted.
func (p Plane) components(most int, wanted func(first int) bool) (parts []*value.Mask, ok bool) {
	seen := make([]bool, len(p.Pix))
	for i, v := range p.Pix {
		if v == 0 || seen[i] {
			continue
		}
		pixels, bounds := p.part(i, seen)
		if !wanted(i) {
			continue
		}
		if most -= bounds.Dx() * bounds.Dy(); most < 0 {
			return nil, false
		}
		mask := value.NewMask(p.W, p.H, bounds)
		for _, at := range pixels {
			mask.Set(at%p.W, at/p.W)
		}
		parts = append(parts, mask)
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return parts, true
}

// part collects the pixels that are connected with one.
func (p Plane) part(start int, seen []bool) (pixels []int, bounds image.Rectangle) {
	seen[start] = true
	pixels = []int{start}
	for next := 0; next < len(pixels); next++ {
		x, y := pixels[next]%p.W, pixels[next]/p.W
		bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
		for j := max(y-1, 0); j <= min(y+1, p.H-1); j++ {
			for i := max(x-1, 0); i <= min(x+1, p.W-1); i++ {
				if at := j*p.W + i; p.Pix[at] != 0 && !seen[at] {
					seen[at] = true
					pixels = append(pixels, at)
				}
			}
		}
	}
	return pixels, bounds
}

// outside marks the dark pixels that are connected with the border by their sides.
func outside(p Plane) []bool {
	outer := make([]bool, len(p.Pix))
	var stack []int
	visit := func(x, y int) {
		if x < 0 || y < 0 || x >= p.W || y >= p.H {
			return
		}
		if at := y*p.W + x; p.Pix[at] == 0 && !outer[at] {
			outer[at] = true
			stack = append(stack, at)
		}
	}
	for x := range p.W {
		visit(x, 0)
		visit(x, p.H-1)
	}
	for y := range p.H {
		visit(0, y)
		visit(p.W-1, y)
	}
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x, y := at%p.W, at/p.W
		visit(x-1, y)
		visit(x+1, y)
		visit(x, y-1)
		visit(x, y+1)
	}
	return outer
}
