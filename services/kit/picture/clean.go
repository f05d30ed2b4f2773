package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// ErrTooLarge is the error for a picture with more pixels than Clean may decode.
var ErrTooLarge = errors.New("the picture has too many pixels to be turned upright")

// cleanQuality is the JPEG quality of a picture that was rotated.
const cleanQuality = 92

// Clean returns the picture upright and without metadata. It does not decode an upright
// picture. It decodes any other picture of at most maxPixels, rotates it and encodes it
// again: a PNG as PNG, others as JPEG.
func Clean(encoded []byte, maxPixels int) ([]byte, error) {
	orientation := OrientationOf(encoded)
	if orientation == Upright {
		return Strip(encoded)
	}
	decoded, err := decode(encoded, maxPixels)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if isPNG(encoded) {
		err = png.Encode(&out, orientation.Upright(decoded))
	} else {
		err = jpeg.Encode(&out, orientation.Upright(decoded), &jpeg.Options{Quality: cleanQuality})
	}
	return out.Bytes(), err
}

func decode(encoded []byte, maxPixels int) (image.Image, error) {
	configOf, decode := webp.DecodeConfig, webp.Decode
	switch {
	case isJPEG(encoded):
		configOf, decode = jpeg.DecodeConfig, jpeg.Decode
	case isPNG(encoded):
		configOf, decode = png.DecodeConfig, png.Decode
	}
	config, err := configOf(bytes.NewReader(encoded))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if int64(config.Width)*int64(config.Height) > int64(maxPixels) {
		return nil, ErrTooLarge
	}
	decoded, err := decode(bytes.NewReader(encoded))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return decoded, nil
}

// Is reports whether the bytes start like a picture that this package reads.
func Is(encoded []byte) bool { return isJPEG(encoded) || isPNG(encoded) || isWebP(encoded) }
