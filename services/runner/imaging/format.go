package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is an encoding of pictures. It is recognised by its first bytes.
type format struct {
	name   string
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
}

// formats are the encodings that are decoded. Of an animation the first frame is decoded.
var formats = []struct {
	is func([]byte) bool
	format
}{
	{begins("\xff\xd8\xff"), format{"JPEG", reading(jpeg.DecodeConfig), reading(jpeg.Decode)}},
	{begins("\x89PNG\r\n\x1a\n"), format{"PNG", reading(png.DecodeConfig), reading(png.Decode)}},
	{isWebP, format{"WebP", reading(webp.DecodeConfig), reading(webp.Decode)}},
	{begins("BM"), format{"BMP", reading(bmp.DecodeConfig), reading(bmp.Decode)}},
	{begins("II*\x00"), format{"TIFF", tiffConfig, reading(tiff.Decode)}},
	{begins("MM\x00*"), format{"TIFF", tiffConfig, reading(tiff.Decode)}},
	{begins("GIF8"), format{"GIF", reading(gif.DecodeConfig), decodeGIF}},
}

func begins(magic string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }
}

func reading[T any](read func(io.Reader) (T, error)) func([]byte) (T, error) {
	return func(data []byte) (T, error) { return read(bytes.NewReader(data)) }
}

func formatOf(data []byte) (format, bool) {
	for _, f := range formats {
		if !f.is(data) {
			continue
		}
		if f.name == "WebP" && isAnimated(data) {
			return format{"WebP", animationConfig, decodeAnimation}, true
		}
		return f.format, true
	}
	return format{}, false
}

// cost returns the most memory that decoding can take, in bytes.
func (f format) cost(data []byte, config image.Config) int64 {
	pixels := int64(config.Width) * int64(config.Height)
	switch {
	case f.name == "TIFF": // the decoder holds a whole strip and the picture
		return pixels * 20
	case f.name == "JPEG" && progressive(data): // the decoder keeps the coefficients of all planes
		return pixels * 16
	case f.name == "JPEG" && config.ColorModel == color.CMYKModel: // four planes, and a copy in RGB
		return pixels * 12
	case f.name == "JPEG":
		return pixels * 4
	case deep(config.ColorModel): // and a copy with 8 bits
		return pixels * 12
	}
	return pixels * 5
}

func deep(m color.Model) bool {
	return m == color.RGBA64Model || m == color.NRGBA64Model || m == color.Gray16Model
}

// decodeGIF decodes the first frame. It may cover a part of the picture only.
func decodeGIF(data []byte) (image.Image, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	frame, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return onCanvas(frame, config.Width, config.Height), nil
}

// onCanvas returns a frame that covers the whole picture; what it leaves out is black.
func onCanvas(frame image.Image, width, height int) image.Image {
	canvas := image.Rect(0, 0, width, height)
	if frame.Bounds() == canvas {
		return frame
	}
	out, opaque := image.NewRGBA(canvas), Copy(simple(frame))
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = 0xff
	}
	at := frame.Bounds().Intersect(canvas)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		from := opaque.PixOffset(at.Min.X-frame.Bounds().Min.X, y-frame.Bounds().Min.Y)
		copy(out.Pix[out.PixOffset(at.Min.X, y):out.PixOffset(at.Min.X, y)+4*at.Dx()], opaque.Pix[from:from+4*at.Dx()])
	}
	return out
}
