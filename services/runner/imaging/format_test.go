package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// TestEveryFormatHasThreeChannels decodes each format to the colours that OpenCV reads.
func TestEveryFormatHasThreeChannels(t *testing.T) {
	t.Parallel()
	colours := image.NewNRGBA(image.Rect(0, 0, 6, 4))
	grey, deep, deepGrey := image.NewGray(colours.Rect), image.NewNRGBA64(colours.Rect), image.NewGray16(colours.Rect)
	for y := range 4 {
		for x := range 6 {
			r, g, b := uint8(40*x), uint8(60*y), uint8(255-40*x)
			colours.SetNRGBA(x, y, color.NRGBA{r, g, b, 255})
			deep.SetNRGBA64(x, y, color.NRGBA64{uint16(r)<<8 | 7, uint16(g)<<8 | 200, uint16(b) << 8, 0x8000})
			grey.SetGray(x, y, color.Gray{r})
			deepGrey.SetGray16(x, y, color.Gray16{uint16(r)<<8 | 0xfe})
		}
	}
	for name, c := range map[string]struct {
		encoded []byte
		want    image.Image
	}{
		"BMP":       {encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, colours) }), colours},
		"BMP, grey": {encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, grey) }), grey},
		"TIFF":      {encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, colours, nil) }), colours},
		"TIFF, compressed": {encoded(t, func(b *bytes.Buffer) error {
			return tiff.Encode(b, colours, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
		}), colours},
		"TIFF, grey":     {encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, grey, nil) }), grey},
		"TIFF, 16 bits":  {encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, deepGrey, nil) }), grey},
		"PNG, 16 bits":   {encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, deep) }), colours},
		"PNG, deep grey": {encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, deepGrey) }), grey},
		"PNG, grey":      {encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, grey) }), grey},
		"CMYK, no ink":   {cmykJPEG(255, 255, 255, 255), filled(8, 8, color.RGBA{255, 255, 255, 255})},
		"CMYK, cyan":     {cmykJPEG(0, 255, 255, 255), filled(8, 8, color.RGBA{0, 255, 255, 255})},
		"CMYK, dark red": {cmykJPEG(255, 0, 0, 128), filled(8, 8, color.RGBA{128, 0, 0, 255})},
		"GIF":            {animatedGIF(t), gifFrame()},
		"WebP":           {animatedWebP(3, 1), webpFrame()},
	} {
		got, err := NewCodec(Limits{}).Decode(t.Context(), c.encoded)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, isGrey := got.(*image.Gray); isGrey {
			t.Errorf("%s has one channel", name)
		}
		if diff := furthest(Opaque(got), Opaque(c.want)); diff > 1 {
			t.Errorf("%s differs by %d", name, diff)
		}
		width, height, err := NewCodec(Limits{}).Size(c.encoded)
		if size := c.want.Bounds().Size(); err != nil || width != size.X || height != size.Y {
			t.Errorf("%s measures %d by %d, %v", name, width, height, err)
		}
	}
}

func encoded(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func furthest(a, b *image.RGBA) (most int) {
	if a.Rect != b.Rect {
		return 256
	}
	for i := range a.Pix {
		most = max(most, max(int(a.Pix[i])-int(b.Pix[i]), int(b.Pix[i])-int(a.Pix[i])))
	}
	return most
}

func filled(width, height int, c color.RGBA) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			out.SetRGBA(x, y, c)
		}
	}
	return out
}

// animatedGIF has a first frame that covers a part of the canvas, and a second one.
func animatedGIF(t *testing.T) []byte {
	t.Helper()
	colours := color.Palette{color.RGBA{0, 0, 0, 255}, color.RGBA{200, 10, 20, 255}, color.RGBA{0, 0, 255, 255}}
	first, second := image.NewPaletted(image.Rect(2, 1, 4, 2), colours), image.NewPaletted(image.Rect(0, 0, 5, 3), colours)
	for i := range first.Pix {
		first.Pix[i] = 1
	}
	for i := range second.Pix {
		second.Pix[i] = 2
	}
	return encoded(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{
			Image: []*image.Paletted{first, second}, Delay: []int{1, 1},
			Config: image.Config{ColorModel: colours, Width: 5, Height: 3},
		})
	})
}

func gifFrame() image.Image {
	out := filled(5, 3, color.RGBA{0, 0, 0, 255})
	out.SetRGBA(2, 1, color.RGBA{200, 10, 20, 255})
	out.SetRGBA(3, 1, color.RGBA{200, 10, 20, 255})
	return out
}

// pixelWebP is the bitstream of a lossless WebP of one pixel.
var pixelWebP = []byte("\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07")

// animatedWebP has one frame of one pixel, at (2, 0) of a canvas.
func animatedWebP(width, height int) []byte {
	size := func(n int) []byte { return []byte{byte(n - 1), byte((n - 1) >> 8), byte((n - 1) >> 16)} }
	head := append(append([]byte{flagAnimation, 0, 0, 0}, size(width)...), size(height)...)
	frame := append([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0}, appendChunk(nil, "VP8L", pixelWebP)...)
	body := appendChunk([]byte("WEBP"), "VP8X", head)
	body = appendChunk(body, "ANIM", make([]byte, 6))
	body = appendChunk(body, "ANMF", frame)
	return appendChunk(nil, "RIFF", body)
}

// webpFrame is the first frame of animatedWebP(3, 1): its pixel is where it was placed.
func webpFrame() image.Image {
	out := filled(3, 1, color.RGBA{0, 0, 0, 255})
	still, err := formats[2].decode(appendChunk(nil, "RIFF", appendChunk([]byte("WEBP"), "VP8L", pixelWebP)))
	if err != nil {
		panic(err) // of a literal in the test
	}
	out.Set(2, 0, Opaque(still).At(0, 0))
	return out
}

// cmykJPEG is a JPEG of 8 by 8 pixels of one colour, in four channels. Adobe stores inks
// inverted: 255 is no ink.
func cmykJPEG(values ...byte) []byte {
	out := []byte("\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00")
	out = append(append(out, "\xff\xdb\x00\x43\x00"...), bytes.Repeat([]byte{1}, 64)...)
	out = append(out, "\xff\xc0\x00\x14\x08\x00\x08\x00\x08\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00"...)
	// Codes of four bits for the categories of the mean, and of one bit for the end of a block.
	out = append(out, "\xff\xc4\x00\x1f\x00\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"...)
	out = append(out, "\xff\xc4\x00\x14\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	out = append(out, "\xff\xda\x00\x0e\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3f\x00"...)
	var bits, n uint64
	put := func(v, width uint64) { bits, n = bits<<width|v&(1<<width-1), n+width }
	for _, v := range values {
		mean, category := (int(v)-128)*8, uint64(0)
		for limit := 1; limit <= max(mean, -mean); limit *= 2 {
			category++
		}
		put(category, 4)
		if mean < 0 {
			mean += 1<<category - 1
		}
		put(uint64(mean), category)
		put(0, 1)
	}
	for n%8 != 0 {
		put(1, 1)
	}
	for ; n > 0; n -= 8 {
		b := byte(bits >> (n - 8))
		if out = append(out, b); b == 0xff {
			out = append(out, 0)
		}
	}
	return append(out, "\xff\xd9"...)
}

// bmpOf is the header of a BMP that declares a size.
func bmpOf(width, height uint32) []byte {
	out := append([]byte("BM"), make([]byte, 52)...)
	binary.LittleEndian.PutUint32(out[10:], 54)
	binary.LittleEndian.PutUint32(out[14:], 40)
	binary.LittleEndian.PutUint32(out[18:], width)
	binary.LittleEndian.PutUint32(out[22:], height)
	binary.LittleEndian.PutUint16(out[26:], 1)
	binary.LittleEndian.PutUint16(out[28:], 24)
	return out
}

// tiffOf is a TIFF that declares a size and a number of strips.
func tiffOf(width, height, strips uint32) []byte {
	out := []byte("II*\x00\x08\x00\x00\x00")
	entries := [][4]uint32{{256, 4, 1, width}, {257, 4, 1, height}, {258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 1}, {273, 4, strips, 8}, {277, 3, 1, 1}, {278, 4, 1, 1}, {279, 4, strips, 8}}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(entries)))
	for _, e := range entries {
		out = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(out, uint16(e[0])), uint16(e[1]))
		out = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(out, e[2]), e[3])
	}
	return append(out, make([]byte, 64)...)
}

// FuzzFormats holds every decoder to the size that was measured, whatever the bytes are.
func FuzzFormats(f *testing.F) {
	small := image.NewNRGBA(image.Rect(0, 0, 5, 3))
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return png.Encode(b, small) },
		func(b *bytes.Buffer) error { return bmp.Encode(b, small) },
		func(b *bytes.Buffer) error { return tiff.Encode(b, small, nil) },
		func(b *bytes.Buffer) error { return tiff.Encode(b, small, &tiff.Options{Compression: tiff.Deflate}) },
		func(b *bytes.Buffer) error { return gif.Encode(b, small, nil) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add(encodeJPEG(f, small))
	f.Add(cmykJPEG(1, 2, 3, 4))
	f.Add(animatedWebP(3, 1))
	f.Add(tiffOf(64, 64, 64))
	f.Add(bmpOf(10, 10))
	codec := NewCodec(Limits{Bytes: 1 << 16, Pixels: 1 << 16, Side: 1 << 12, Memory: 64 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		width, height, err := codec.Size(data)
		pixels, failed := codec.Decode(t.Context(), data)
		switch {
		case err != nil && failed == nil:
			t.Errorf("decoded what cannot be measured: %v", err)
		case failed == nil && (pixels.Bounds().Dx() != width || pixels.Bounds().Dy() != height):
			t.Errorf("%v, but measured %d by %d", pixels.Bounds(), width, height)
		}
		codec.Publish(data)
	})
}
