package imaging

import (
	"image"
	"image/color"
	"math"
	"sync"

	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// Fonts draws text. It uses the bold font for thick strokes.
type Fonts struct {
	set *typeface.Set

	mu    sync.Mutex // guards faces; a face has its own lock for drawing
	faces map[faceKey]*typeface.Face
}

type faceKey struct {
	size int // in pixels
	bold bool
}

// maxFaces bounds the cached sizes. When it is reached, the cache is emptied.
const maxFaces = 64

// NewFonts opens the fonts; see [typeface.Open] for the folder.
func NewFonts(folder string) (*Fonts, error) {
	set, err := typeface.Open(folder)
	if err != nil {
		return nil, err
	}
	return &Fonts{set: set, faces: map[faceKey]*typeface.Face{}}, nil
}

// Style is the style of a text. At Scale 1 capitals are 21 pixels high, as in OpenCV's
// Hershey font.
type Style struct {
	Scale     float64
	Thickness int
}

// The font size whose capitals are as high as Hershey's at scale 1, and the bounds of all
// sizes.
const (
	sizeAtOne = 29.0
	minSize   = 6
	maxSize   = 400
)

func (f *Fonts) face(s Style) *typeface.Face {
	key := faceKey{size: int(math.Round(math.Min(math.Max(s.Scale*sizeAtOne, minSize), maxSize))), bold: s.Thickness > 1}
	f.mu.Lock()
	defer f.mu.Unlock()
	if made, ok := f.faces[key]; ok {
		return made
	}
	if len(f.faces) >= maxFaces {
		clear(f.faces)
	}
	f.faces[key] = f.set.Face(float64(key.size), key.bold)
	return f.faces[key]
}

// Measure returns the width of a text and the height of its capitals, in pixels.
func (f *Fonts) Measure(text string, s Style) (width, height int) {
	face := f.face(s)
	return int(math.Ceil(face.Width(text))), int(math.Ceil(face.CapHeight()))
}

// Draw writes a text. x and y are the left end of its baseline.
func (f *Fonts) Draw(dst *image.RGBA, text string, x, y int, c color.RGBA, s Style) {
	f.face(s).Draw(dst, text, float64(x), float64(y), c)
}
