package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"

	"golang.org/x/image/webp"
)

var errAnimation = errors.New("the animation has no first frame")

func isWebP(data []byte) bool {
	return len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// Of a VP8X chunk (RFC 9649, section 2.7.1): the flags, and the size of the canvas.
const (
	vp8xBytes     = 10
	flagAnimation = 0x02
	flagAlpha     = 0x10
)

// isAnimated reports whether a WebP begins with a VP8X chunk that announces an animation.
func isAnimated(data []byte) bool {
	return len(data) >= 20+vp8xBytes && string(data[12:16]) == "VP8X" && data[20]&flagAnimation != 0
}

// animationConfig returns the size of the canvas.
func animationConfig(data []byte) (image.Config, error) {
	return image.Config{ColorModel: color.NRGBAModel, Width: 1 + uint24(data[24:]), Height: 1 + uint24(data[27:])}, nil
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// decodeAnimation decodes the first frame: it is a still picture in a chunk ANMF.
func decodeAnimation(data []byte) (image.Image, error) {
	const frameBytes = 16
	canvas, _ := animationConfig(data) // never fails
	for kind, chunk := range chunks(data[12:]) {
		if kind != "ANMF" {
			continue
		}
		if len(chunk) < frameBytes {
			return nil, errAnimation
		}
		at := image.Pt(2*uint24(chunk), 2*uint24(chunk[3:]))
		width, height := 1+uint24(chunk[6:]), 1+uint24(chunk[9:])
		if at.X+width > canvas.Width || at.Y+height > canvas.Height { // no frame is larger than what was measured
			return nil, errAnimation
		}
		still := stillOf(chunk[frameBytes:], width, height)
		if size, err := webp.DecodeConfig(bytes.NewReader(still)); err != nil || size.Width != width || size.Height != height {
			return nil, errors.Join(errAnimation, err)
		}
		frame, err := webp.Decode(bytes.NewReader(still))
		if err != nil {
			return nil, err
		}
		return onCanvas(frame, at, canvas.Width, canvas.Height), nil
	}
	return nil, errAnimation
}

// chunks yields the chunks of a RIFF body without their padding.
func chunks(body []byte) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for len(body) >= 8 {
			length := uint64(binary.LittleEndian.Uint32(body[4:]))
			if length > uint64(len(body)-8) || !yield(string(body[:4]), body[8:8+length]) {
				return
			}
			body = body[min(8+length+length&1, uint64(len(body))):]
		}
	}
}

// stillOf makes a file of a frame: its alpha and its bitstream.
func stillOf(frame []byte, width, height int) []byte {
	body := []byte("WEBP")
	for kind, chunk := range chunks(frame) {
		switch kind {
		case "ALPH":
			head := []byte{flagAlpha, 0, 0, 0, byte(width - 1), byte((width - 1) >> 8), byte((width - 1) >> 16), byte(height - 1), byte((height - 1) >> 8), byte((height - 1) >> 16)}
			body = appendChunk(appendChunk(body, "VP8X", head), kind, chunk)
		case "VP8 ", "VP8L":
			body = appendChunk(body, kind, chunk)
		}
	}
	return appendChunk(nil, "RIFF", body)
}

func appendChunk(out []byte, kind string, chunk []byte) []byte {
	out = binary.LittleEndian.AppendUint32(append(out, kind...), uint32(len(chunk)))
	out = append(out, chunk...)
	if len(chunk)%2 == 1 {
		out = append(out, 0)
	}
	return out
}
