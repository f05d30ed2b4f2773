package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/webp"

	"github.com/keyhole-dev/keyhole/services/kit/picture"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// canary must not appear in any stripped picture.
const canary = "sk-CanaryInMetadata0123456789"

func page(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 7), uint8(y * 11), uint8(x ^ y), 0xff})
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tiff is EXIF with an orientation and, as the camera's name, the canary.
func tiff(order binary.AppendByteOrder, o int) []byte {
	mark := "II"
	if order == binary.BigEndian {
		mark = "MM"
	}
	b := order.AppendUint16([]byte(mark), 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(order.AppendUint16(b, 0x010f), 2) // make, ASCII
	b = order.AppendUint32(order.AppendUint32(b, uint32(len(canary))), 38)
	b = order.AppendUint16(order.AppendUint16(b, 0x0112), 3) // orientation, SHORT
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(order.AppendUint16(b, uint16(o)), 0)
	b = order.AppendUint32(b, 0)
	return append(b, canary...)
}

func exifBody(o int) []byte {
	return append([]byte("Exif\x00\x00"), tiff(binary.LittleEndian, o)...)
}

// jpegSegment inserts a segment directly after the start of the image.
func jpegSegment(b []byte, marker byte, body []byte) []byte {
	s := append([]byte{0xff, marker}, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(append([]byte{}, b[:2]...), append(s, body...)...), b[2:]...)
}

// pngChunk inserts a chunk directly after the header.
func pngChunk(b []byte, kind string, body []byte) []byte {
	const header = 8 + 25
	c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	c = append(append(c, kind...), body...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	return append(append(append([]byte{}, b[:header]...), c...), b[header:]...)
}

// onePixelWebP is a lossless WebP of one pixel.
var onePixelWebP = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

// extendedWebP wraps it in the extended format, with flags and further chunks.
func extendedWebP(extra ...[]byte) []byte {
	body := append([]byte("WEBP"), riffChunk("VP8X", []byte{0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0})...)
	body = append(body, onePixelWebP[12:]...)
	for _, e := range extra {
		body = append(body, e...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riffChunk(kind string, body []byte) []byte {
	c := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	if len(body)%2 == 1 {
		c = append(c, 0)
	}
	return c
}

// pixels decodes a picture of any of the formats.
func pixels(t *testing.T, b []byte) image.Image {
	t.Helper()
	decode := jpeg.Decode
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG")):
		decode = png.Decode
	case bytes.HasPrefix(b, []byte("RIFF")):
		decode = webp.Decode
	}
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return img
}

func same(a, b image.Image) bool {
	if a.Bounds().Size() != b.Bounds().Size() {
		return false
	}
	size, from, to := a.Bounds().Size(), a.Bounds().Min, b.Bounds().Min
	for y := range size.Y {
		for x := range size.X {
			r1, g1, b1, a1 := a.At(from.X+x, from.Y+y).RGBA()
			r2, g2, b2, a2 := b.At(to.X+x, to.Y+y).RGBA()
			if r1>>8 != r2>>8 || g1>>8 != g2>>8 || b1>>8 != b2>>8 || a1>>8 != a2>>8 {
				return false
			}
		}
	}
	return true
}

func TestAttackPictureMetadata(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "secrets in picture metadata")
	photo, graphic := asJPEG(t, page(33, 17)), asPNG(t, page(33, 17))
	jfif := append([]byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x03\x03"), canary[:27]...)
	for name, hostile := range map[string][]byte{
		"JPEG EXIF":                jpegSegment(photo, 0xe1, exifBody(1)),
		"JPEG XMP":                 jpegSegment(photo, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x>"+canary+"</x>")),
		"JPEG profile":             jpegSegment(photo, 0xe2, []byte("ICC_PROFILE\x00\x01\x01"+canary)),
		"JPEG Photoshop":           jpegSegment(photo, 0xed, []byte("Photoshop 3.0\x00"+canary)),
		"JPEG comment":             jpegSegment(photo, 0xfe, []byte(canary)),
		"JPEG thumbnail":           jpegSegment(photo, 0xe0, jfif),
		"JPEG JFXX":                jpegSegment(photo, 0xe0, []byte("JFXX\x00\x10"+canary)),
		"JPEG after Adobe's flags": jpegSegment(photo, 0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x01"+canary)),
		"JPEG behind the end":      append(bytes.Clone(photo), canary...),
		"JPEG behind fill bytes":   append([]byte("\xff\xd8\xff\xff\xff"), jpegSegment(photo, 0xfe, []byte(canary))[3:]...),
		"PNG text":                 pngChunk(graphic, "tEXt", []byte("prompt\x00"+canary)),
		"PNG international text":   pngChunk(graphic, "iTXt", []byte("k\x00\x00\x00\x00\x00"+canary)),
		"PNG EXIF":                 pngChunk(graphic, "eXIf", tiff(binary.BigEndian, 1)),
		"PNG private chunk":        pngChunk(graphic, "prVt", []byte(canary)),
		"PNG behind the end":       append(bytes.Clone(graphic), canary...),
		"WebP EXIF":                extendedWebP(riffChunk("EXIF", tiff(binary.LittleEndian, 1))),
		"WebP XMP":                 extendedWebP(riffChunk("XMP ", []byte(canary))),
		"WebP unknown chunk":       extendedWebP(riffChunk("note", []byte(canary))),
		"WebP behind the end":      append(bytes.Clone(onePixelWebP), canary...),
	} {
		clean, err := picture.Strip(hostile)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a.Attempt(!bytes.Contains(clean, []byte(canary[:20])), "%s: the canary is still there", name)
		if !same(pixels(t, clean), pixels(t, hostile)) {
			t.Errorf("%s: the pixels changed", name)
		}
		if again, err := picture.Strip(clean); err != nil || &again[0] != &clean[0] {
			t.Errorf("%s: a clean picture is stripped again", name)
		}
	}
}

func TestCleanPictureIsReturnedAsItIs(t *testing.T) {
	t.Parallel()
	for _, b := range [][]byte{asJPEG(t, page(8, 8)), asPNG(t, page(8, 8)), onePixelWebP} {
		clean, err := picture.Strip(b)
		if err != nil || &clean[0] != &b[0] {
			t.Errorf("%q...: %v, copied", b[:4], err)
		}
	}
}

func TestOrientationIsApplied(t *testing.T) {
	t.Parallel()
	upright := page(6, 4)
	// lies returns how a camera stores the upright picture under each orientation: the
	// inverse.
	inverse := map[picture.Orientation]picture.Orientation{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
	for o, back := range inverse {
		lies := back.Upright(upright)
		if got := o.Upright(lies); !same(got, upright) {
			t.Errorf("orientation %d is not undone", o)
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			exif := tiff(order, int(o))
			for format, b := range map[string][]byte{
				"JPEG": jpegSegment(asJPEG(t, lies), 0xe1, append([]byte("Exif\x00\x00"), exif...)),
				"PNG":  pngChunk(asPNG(t, lies), "eXIf", exif),
				"WebP": extendedWebP(riffChunk("EXIF", exif)),
			} {
				if got := picture.OrientationOf(b); got != o {
					t.Errorf("%s says %d, want %d", format, got, o)
				}
			}
		}
	}
	// By definition: row 0 of the file is the right side, column 0 the top.
	six := picture.Orientation(6).Upright(upright)
	if got, want := six.At(3, 0), upright.At(0, 0); got != want {
		t.Errorf("orientation 6 puts the first pixel elsewhere: %v", got)
	}
}

func TestColourFormsAreTurnedAlike(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{16, 10}, {15, 9}} {
		rgba := page(size.X, size.Y)
		for _, src := range []image.Image{pixels(t, asJPEG(t, rgba)), pixels(t, asPNG(t, rgba)), grayOf(rgba)} {
			flat := image.NewRGBA(image.Rect(0, 0, size.X, size.Y))
			for y := range size.Y {
				for x := range size.X {
					flat.Set(x, y, src.At(x, y))
				}
			}
			for o := picture.Orientation(2); o <= 8; o++ {
				if !same(o.Upright(src), o.Upright(flat)) {
					t.Errorf("%T of %v under orientation %d", src, size, o)
				}
			}
		}
	}
}

func grayOf(src image.Image) *image.Gray {
	g := image.NewGray(src.Bounds())
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			g.Set(x, y, src.At(x, y))
		}
	}
	return g
}

func FuzzStrip(f *testing.F) {
	f.Add(jpegSegment(asJPEG(f, page(9, 5)), 0xe1, exifBody(6)))
	f.Add(pngChunk(asPNG(f, page(9, 5)), "eXIf", tiff(binary.BigEndian, 8)))
	f.Add(extendedWebP(riffChunk("EXIF", exifBody(3))))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o := picture.OrientationOf(b); o < 1 || o > 8 {
			t.Fatalf("orientation %d", o)
		}
		clean, err := picture.Strip(b)
		if err != nil {
			return
		}
		if len(clean) > len(b) {
			t.Fatal("stripping adds bytes")
		}
		if o := picture.OrientationOf(clean); o != picture.Upright {
			t.Fatalf("a stripped picture still says %d", o)
		}
		if again, err := picture.Strip(clean); err != nil || !bytes.Equal(again, clean) {
			t.Fatalf("stripping twice differs: %v", err)
		}
	})
}
