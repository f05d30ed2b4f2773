package imaging

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// scene is a picture with structure and noise, so it compresses like a photograph.
func scene(w, h int) image.Image {
	r := rand.New(rand.NewPCG(3, 4))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 128 + 80*math.Sin(float64(x)/17)*math.Cos(float64(y)/23) + float64(r.IntN(24))
			i := img.PixOffset(x, y)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = uint8(v), uint8(255-v), uint8(v/2), 255
		}
	}
	return img
}

var sizes = []image.Point{{X: 640, Y: 480}, {X: 2048, Y: 1536}}

func BenchmarkDecodeJPEG(b *testing.B) {
	codec := NewCodec(Limits{})
	for _, size := range sizes {
		data := encodeJPEG(b, scene(size.X, size.Y))
		b.Run(fmt.Sprintf("%dx%d_%dKB", size.X, size.Y, len(data)/1000), func(b *testing.B) {
			for b.Loop() {
				if _, err := codec.Decode(b.Context(), data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFill640(b *testing.B) {
	codec := NewCodec(Limits{})
	for _, size := range sizes {
		decoded, err := codec.Decode(b.Context(), encodeJPEG(b, scene(size.X, size.Y)))
		if err != nil {
			b.Fatal(err)
		}
		for name, img := range map[string]image.Image{"YCbCr": decoded, "RGBA": Copy(decoded)} {
			b.Run(fmt.Sprintf("%s_%dx%d", name, size.X, size.Y), func(b *testing.B) {
				tensor := Tensor{Width: 640, Height: 640, Scale: [3]float32{1. / 255, 1. / 255, 1. / 255}, Padding: 114}
				dst := make([]float32, tensor.Len())
				fit := NewFit(Letterbox, size.X, size.Y, 640, 640)
				for b.Loop() {
					if err := tensor.Fill(dst, img, fit); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkCopyDrawEncode(b *testing.B) {
	codec := NewCodec(Limits{})
	for _, size := range sizes {
		decoded, err := codec.Decode(b.Context(), encodeJPEG(b, scene(size.X, size.Y)))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("copy_%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				Copy(decoded)
			}
		})
		canvas := Copy(decoded)
		b.Run(fmt.Sprintf("draw_%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				Box(canvas, [4]float64{50, 50, 500, 400}, red, 2, 0)
			}
		})
		b.Run(fmt.Sprintf("encode_%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				if _, err := codec.EncodeJPEG(b.Context(), canvas, 95); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
