package imaging

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Fonts draws text in Go Regular, or Go Bold where the strokes are to be thick.
// Both know Latin, Greek and Cyrillic; what they do not know, such as Chinese, is
// drawn as an empty box (the picture only: the text itself is in the results).
type Fonts struct {
	regular, bold *opentype.Font

	mu    sync.Mutex
	faces map[faceKey]*face
}

type faceKey struct {
	size int // in pixels
	bold bool
}

// face is not safe for concurrent use by itself.
type face struct {
	mu sync.Mutex
	font.Face
}

// maxFaces bounds the sizes that are kept; beyond it they are made anew.
const maxFaces = 64

// NewFonts reads the fonts that the program carries.
func NewFonts() (*Fonts, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read Go Regular: %w", err)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("read Go Bold: %w", err)
	}
	return &Fonts{regular: regular, bold: bold, faces: map[faceKey]*face{}}, nil
}

// Style of a text. Scale 1 is capitals of 21 pixels, as in OpenCV's Hershey font.
type Style struct {
	Scale     float64
	Thickness int
}

// The size of a font whose capitals are as high as Hershey's at scale 1, and the
// bounds within which any text is drawn.
const (
	sizeAtOne = 29.0
	minSize   = 6
	maxSize   = 400
)

func (f *Fonts) face(s Style) (*face, error) {
	key := faceKey{size: int(math.Round(math.Min(math.Max(s.Scale*sizeAtOne, minSize), maxSize))), bold: s.Thickness > 1}
	f.mu.Lock()
	defer f.mu.Unlock()
	if made, ok := f.faces[key]; ok {
		return made, nil
	}
	which := f.regular
	if key.bold {
		which = f.bold
	}
	made, err := opentype.NewFace(which, &opentype.FaceOptions{Size: float64(key.size), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, fmt.Errorf("make a font of %d pixels: %w", key.size, err)
	}
	if len(f.faces) >= maxFaces {
		clear(f.faces)
	}
	f.faces[key] = &face{Face: made}
	return f.faces[key], nil
}

// Measure is the width of a text and the height of its capitals, in pixels.
func (f *Fonts) Measure(text string, s Style) (width, height int, err error) {
	face, err := f.face(s)
	if err != nil {
		return 0, 0, err
	}
	face.mu.Lock()
	defer face.mu.Unlock()
	return font.MeasureString(face, text).Ceil(), face.Metrics().CapHeight.Ceil(), nil
}

// Draw writes a text; x and y are the left end of its base line.
func (f *Fonts) Draw(dst *image.RGBA, text string, x, y int, c color.RGBA, s Style) error {
	face, err := f.face(s)
	if err != nil {
		return err
	}
	face.mu.Lock()
	defer face.mu.Unlock()
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(text)
	return nil
}
