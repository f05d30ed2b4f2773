package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"runtime"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackPicturesThatTakeMoreMemory decodes pictures whose header hides how much memory their
// decoder takes. The memory of all decoding is bounded only if none takes more than its cost. It
// is not parallel, because it counts the bytes of the process.
func TestAttackPicturesThatTakeMoreMemory(t *testing.T) {
	a := attack.New(t, "A13", "pictures that take more memory than they cost")
	const side = 1024
	rect := image.Rect(0, 0, side, side)
	grey, deep, colours := image.NewGray(rect), image.NewNRGBA64(rect), image.NewNRGBA(rect)
	colours.SetNRGBA(0, 0, color.NRGBA{1, 2, 3, 4})
	for name, data := range map[string][]byte{
		"JPEG":                           encodeJPEG(t, colours),
		"JPEG, progressive":              progressiveJPEG(side, 3, ""),
		"JPEG, a byte before its frame":  progressiveJPEG(side, 3, "\x00"),
		"JPEG, a stuffed byte before it": progressiveJPEG(side, 3, "\xff\x00"),
		"JPEG, a restart before it":      progressiveJPEG(side, 3, "\xff\xd0"),
		"JPEG, fill bytes before it":     progressiveJPEG(side, 3, "\xff\xff\xff"),
		"JPEG, progressive, four inks":   progressiveJPEG(side, 4, ""),
		"PNG":                            encodePNG(t, colours),
		"PNG, 16 bits":                   encodePNG(t, deep),
		"PNG, interlaced":                interlacedPNG(side, 8),
		"PNG, interlaced, 16 bits":       interlacedPNG(side, 16),
		"GIF":                            partGIF(t, side, 0),
		"GIF, a part of the canvas":      partGIF(t, side, 1),
		"WebP, an animation":             animatedWebP(side, side),
		"BMP":                            encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, colours) }),
		"BMP, grey":                      encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, grey) }),
		"TIFF":                           encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, colours, nil) }),
		"TIFF, 16 bits":                  encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, deep, nil) }),
		"TIFF, compressed": encoded(t, func(b *bytes.Buffer) error {
			return tiff.Encode(b, colours, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		}),
	} {
		f, config, err := Limits{}.withDefaults().measure(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		codec := NewCodec(Limits{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = codec.Decode(t.Context(), data) // a part of them is damaged
		runtime.ReadMemStats(&after)
		took, cost := int64(after.TotalAlloc-before.TotalAlloc), f.cost(data, config)
		a.Attempt(took <= cost+256<<10, "%s takes %.1f bytes a pixel and costs %.1f", name, float64(took)/side/side, float64(cost)/side/side)
	}
}

// progressiveJPEG ends where its first scan begins: the decoder has its memory by then. something
// stands before its frame header.
func progressiveJPEG(side, components int, something string) []byte {
	out := []byte("\xff\xd8\xff\xe0\x00\x02" + something)
	out = append(out, 0xff, 0xc2, 0, byte(8+3*components), 8, byte(side>>8), byte(side), byte(side>>8), byte(side), byte(components))
	for i := range components {
		out = append(out, byte(i+1), 0x11, 0)
	}
	out = append(out, "\xff\xc4\x00\x14\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	out = append(out, 0xff, 0xda, 0, byte(6+2*components), byte(components))
	for i := range components {
		out = append(out, byte(i+1), 0)
	}
	out = append(out, 0, 0, 0)
	return append(append(out, make([]byte, side*side*components/256)...), "\xff\xd9"...)
}

// interlacedPNG is a black picture in the order of Adam7.
func interlacedPNG(side, depth int) []byte {
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		width, height := (side-pass[0]+pass[2]-1)/pass[2], (side-pass[1]+pass[3]-1)/pass[3]
		_, _ = z.Write(make([]byte, height*(1+width*depth/2)))
	}
	_ = z.Close()
	out := []byte("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(side)), uint32(side))
	for _, c := range []struct {
		kind string
		data []byte
	}{{"IHDR", append(header, byte(depth), 6, 0, 0, 1)}, {"IDAT", rows.Bytes()}, {"IEND", nil}} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c.data)))
		body := append([]byte(c.kind), c.data...)
		out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	return out
}

// partGIF has a frame that is smaller than its canvas.
func partGIF(t *testing.T, side, less int) []byte {
	t.Helper()
	colours := color.Palette{color.RGBA{0, 0, 0, 255}, color.RGBA{200, 10, 20, 255}}
	return encoded(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{
			Image: []*image.Paletted{image.NewPaletted(image.Rect(0, 0, side-less, side), colours)}, Delay: []int{1},
			Config: image.Config{ColorModel: colours, Width: side, Height: side},
		})
	})
}
