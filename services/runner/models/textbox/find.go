package textbox

import (
	"image"
)

// Settings of PP-OCR for boxes.
const (
	leastMean = 0.6 // the least mean score of a box
	unclip    = 1.5 // how far boxes are expanded, because the model draws them too tight
	leastSide = 3   // the shortest side of a box, in pixels of the map
	maxBoxes  = 1000
)

// Boxes finds the connected regions of text and the smallest rotated rectangle around each.
func (m Map) Boxes() []Box {
	var boxes []Box
	regions := m.regions()
	for _, points := range regions[:min(len(regions), maxBoxes)] {
		rect := smallestRect(points)
		if rect.short() < leastSide {
			continue
		}
		score := m.mean(rect)
		if !(score >= leastMean) {
			continue
		}
		rect = rect.grow(rect.w * rect.h * unclip / (2 * (rect.w + rect.h)))
		if rect.short() < leastSide+2 {
			continue
		}
		boxes = append(boxes, Box{Quad: rect.corners(), Score: score})
	}
	return boxes
}

// mean returns the mean score of the pixels inside of a rotated rectangle.
func (m Map) mean(r turned) float64 {
	q := r.corners()
	b := around(q, image.Pt(m.Width-1, m.Height-1))
	sum, n := 0.0, 0
	for y := int(b[1]); y <= int(b[3]); y++ {
		for x := int(b[0]); x <= int(b[2]); x++ {
			if r.holds(float64(x), float64(y)) {
				sum += float64(m.Scores[y*m.Width+x])
				n++
			}
		}
	}
	return sum / float64(max(n, 1))
}
