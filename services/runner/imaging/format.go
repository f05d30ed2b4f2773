package imaging

import (
	"bytes"
	"image"
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

// formats are the encodings that can be decoded. Only the first frame of an animation is
// decoded.
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

// decodeGIF decodes the first frame, which may cover only a part of the picture.
func decodeGIF(data []byte) (image.Image, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	frame, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return onCanvas(frame, frame.Bounds().Min, config.Width, config.Height), nil
}
