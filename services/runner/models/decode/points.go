package decode

// Point is a key point in pixels of the model's input.
type Point struct{ X, Y, Confidence float32 }

// Points returns the key points of a box, size numbers each.
func (f *Found) Points(b Box, size int) []Point {
	values := f.values(b)
	points := make([]Point, len(values)/size)
	for k := range points {
		p := Point{values[k*size], values[k*size+1], 1}
		if size > 2 {
			p.Confidence = probability(values[k*size+2])
		}
		points[k] = p
	}
	return points
}
