package sift

// Point is a key point.
type Point struct {
	// X and Y are its place, Size its diameter, all in pixels.
	X, Y, Size float64
	// Angle is its direction in degrees, clockwise from the right.
	Angle float64
	// Response is its contrast.
	Response float64
	// Octave is packed as OpenCV does: the octave, the layer, and the place between layers.
	Octave int
	// Descriptor is the histogram of the gradients around it.
	Descriptor [128]uint8

	scale float64 // blur in pixels of its octave
	x, y  float64 // place in its octave
	layer int
}
