package imaging

import (
	"image"
	"image/color"
)

// cost returns the most memory that decoding can take, in bytes. The figures are of the decoders:
// what they allocate for a pixel, with the picture and the copy that [simple] makes of it.
func (f format) cost(data []byte, config image.Config) int64 {
	pixels, model := int64(config.Width)*int64(config.Height), config.ColorModel
	switch f.name {
	case "JPEG":
		return pixels * jpegCost(data, model)
	case "PNG":
		return pixels * pngCost(data, model)
	case "GIF": // the frame, its colours, the canvas
		return pixels * 10
	case "WebP":
		if isAnimated(data) { // the frame, its colours, the canvas
			return pixels * 20
		}
		return pixels * 12 // alpha has a decoder of its own
	case "TIFF": // a strip may be the whole picture; it is read into memory that grows
		if deep(model) {
			return pixels * 28
		}
		return pixels * 20
	}
	return pixels * 5
}

func deep(m color.Model) bool {
	return m == color.RGBA64Model || m == color.NRGBA64Model || m == color.Gray16Model
}

// pngCost is the cost of a pixel. Each pass of an interlaced file is decoded as a picture;
// together the passes are as large as the whole.
func pngCost(data []byte, model color.Model) int64 {
	const interlace = 28 // offset in the file, PNG 11.2.1
	interlaced := len(data) > interlace && data[interlace] != 0
	switch {
	case deep(model) && interlaced:
		return 21
	case deep(model): // and a copy with 8 bits
		return 12
	case interlaced:
		return 9
	}
	return 5
}

// jpegCost is the cost of a pixel: its planes, a copy in other colours, and the coefficients
// of all planes if the file is progressive.
func jpegCost(data []byte, model color.Model) int64 {
	planes, coefficients := int64(4), int64(12)
	switch model {
	case color.RGBAModel:
		planes = 8
	case color.CMYKModel:
		planes, coefficients = 12, 16
	}
	if progressive(data) {
		return planes + coefficients
	}
	return planes
}

// progressive scans the segments of a JPEG for its frame header. It skips bytes between segments
// and markers without a segment, like the decoder.
func progressive(data []byte) bool {
	const stuffed, sof2, firstRestart, lastRestart, startOfScan, fill = 0x00, 0xc2, 0xd0, 0xd7, 0xda, 0xff
	for i := 2; i+4 <= len(data); {
		marker := data[i+1]
		switch {
		case data[i] != 0xff, marker == fill:
			i++
		case marker == stuffed, marker >= firstRestart && marker <= lastRestart:
			i += 2
		case marker == sof2:
			return true
		case marker == startOfScan:
			return false
		default:
			i += 2 + int(data[i+2])<<8 + int(data[i+3])
		}
	}
	return false
}
