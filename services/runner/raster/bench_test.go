package raster_test

import (
	"image"
	"math"
	"testing"

	"github.com/anthonynsimon/bild/adjust"
	bildblur "github.com/anthonynsimon/bild/blur"
	"github.com/anthonynsimon/bild/effect"
	"github.com/anthonynsimon/bild/segment"
	"github.com/anthonynsimon/bild/transform"
	"github.com/disintegration/imaging"
	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// view is a picture of 1280 by 720 pixels with shapes and noise.
func view() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 1280, 720))
	seed := uint32(1)
	for i := range img.Pix {
		seed = seed*1664525 + 1013904223
		x, y := i/4%1280, i/4/1280
		v := 128 + 90*math.Sin(float64(x)/40)*math.Cos(float64(y)/30) + float64(seed>>27)
		img.Pix[i] = uint8(min(max(v, 0), 255))
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// BenchmarkPeers compares operations with those of the pure Go libraries that have them:
//
//	go test -run '^$' -bench Peers ./services/runner/raster
//
// Each operation may take at most 3 times as long as the fastest of them. The figures are in
// docs/operate/performance.md.
func BenchmarkPeers(b *testing.B) {
	src := view()
	gray := raster.Gray(src)
	each := func(filter func(raster.Plane) raster.Plane) func() { return func() { raster.Each(src, filter) } }
	scale := func(s draw.Scaler, w, h int) func() {
		return func() {
			s.Scale(image.NewRGBA(image.Rect(0, 0, w, h)), image.Rect(0, 0, w, h), src, src.Rect, draw.Src, nil)
		}
	}
	sin, cos := math.Sincos(30 * math.Pi / 180)
	var table [256]uint8
	for i := range table {
		if i > 127 {
			table[i] = 255
		}
	}
	rotation := raster.NewRotation(1280, 720, 30)
	for _, c := range []struct {
		name  string
		ours  func()
		peers map[string]func()
	}{
		{"shrink to a half", each(func(p raster.Plane) raster.Plane { return raster.Resize(p, 640, 360) }), map[string]func(){
			"imaging": func() { imaging.Resize(src, 640, 360, imaging.Box) }, "x-image": scale(draw.BiLinear, 640, 360),
			"bild": func() { transform.Resize(src, 640, 360, transform.Box) },
		}},
		{"shrink to 500 by 300", each(func(p raster.Plane) raster.Plane { return raster.Resize(p, 500, 300) }), map[string]func(){
			"imaging": func() { imaging.Resize(src, 500, 300, imaging.Box) }, "x-image": scale(draw.BiLinear, 500, 300),
		}},
		{"enlarge to 1920 by 1080", each(func(p raster.Plane) raster.Plane { return raster.Resize(p, 1920, 1080) }), map[string]func(){
			"imaging": func() { imaging.Resize(src, 1920, 1080, imaging.Linear) }, "x-image": scale(draw.ApproxBiLinear, 1920, 1080),
			"bild": func() { transform.Resize(src, 1920, 1080, transform.Linear) },
		}},
		{"Gaussian blur of 13", each(func(p raster.Plane) raster.Plane { return raster.Gaussian(p, 13, raster.Reflect) }), map[string]func(){
			"imaging": func() { imaging.Blur(src, 2) }, "bild": func() { bildblur.Gaussian(src, 6) },
		}},
		{"box blur of 9", each(func(p raster.Plane) raster.Plane { return raster.Box(p, 9, raster.Reflect) }), map[string]func(){
			"bild": func() { bildblur.Box(src, 4) },
		}},
		{"median of 3", each(func(p raster.Plane) raster.Plane { return raster.Median(p, 3) }), map[string]func(){
			"bild": func() { effect.Median(src, 1) },
		}},
		{"rotate by 30 degrees", func() { rotation.Rotate(src) }, map[string]func(){
			"imaging": func() { imaging.Rotate(src, 30, image.Black) },
			"bild":    func() { transform.Rotate(src, 30, &transform.RotationOptions{ResizeBounds: true}) },
			"x-image": func() {
				draw.ApproxBiLinear.Transform(image.NewRGBA(image.Rect(0, 0, rotation.W, rotation.H)), f64.Aff3{cos, sin, 0, -sin, cos, 640}, src, src.Rect, draw.Src, nil)
			},
		}},
		{"warp", func() { raster.Warp(src, 1280, 720, geometry.Homography{0.9, 0.1, 20, -0.05, 0.95, 10, 1e-5, 1e-5, 1}) }, map[string]func(){
			"x-image": func() { // without perspective
				draw.ApproxBiLinear.Transform(image.NewRGBA(src.Rect), f64.Aff3{0.9, 0.1, 20, -0.05, 0.95, 10}, src, src.Rect, draw.Src, nil)
			},
		}},
		{"mirror", func() { raster.Mirror(src, false, true) }, map[string]func(){
			"imaging": func() { imaging.FlipH(src) }, "bild": func() { transform.FlipH(src) },
		}},
		{"grey", func() { raster.Gray(src) }, map[string]func(){
			"imaging": func() { imaging.Grayscale(src) }, "bild": func() { effect.Grayscale(src) },
			"x-image": func() { draw.Draw(image.NewGray(src.Rect), src.Rect, src, image.Point{}, draw.Src) },
		}},
		{"threshold", func() { raster.Map(gray.Image(), &table) }, map[string]func(){
			"bild": func() { segment.Threshold(gray.Image(), 127) },
		}},
		{"table of values", func() { raster.Map(src, &table) }, map[string]func(){
			"imaging": func() { imaging.AdjustContrast(src, 20) }, "bild": func() { adjust.Contrast(src, 0.2) },
		}},
		{"Sobel", func() { raster.Magnitude(raster.Sobel(gray)) }, map[string]func(){
			"bild": func() { effect.Sobel(gray.Image()) },
		}},
		{"dilate by 5", each(func(p raster.Plane) raster.Plane { return raster.Dilate(p, 5) }), map[string]func(){
			"bild": func() { effect.Dilate(src, 2) },
		}},
	} {
		for name, run := range c.peers {
			b.Run(c.name+"/"+name, func(b *testing.B) { repeat(b, run) })
		}
		b.Run(c.name+"/ours", func(b *testing.B) { repeat(b, c.ours) })
	}
}

func repeat(b *testing.B, run func()) {
	for b.Loop() {
		run()
	}
}
