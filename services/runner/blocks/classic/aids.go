package classic

import (
	"fmt"
	"image"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// aids are the overlays that a camera shows to its operator.
type aids struct {
	fonts *imaging.Fonts
	gray  raster.Plane
	from  image.Image
	sharp sharpness
	mean  float64
	sheet *image.RGBA
}

var (
	white  = color.RGBA{255, 255, 255, 255}
	silver = color.RGBA{180, 180, 180, 255}
	grey   = color.RGBA{128, 128, 128, 255}
	frame  = color.RGBA{80, 80, 80, 255}
	rule   = color.RGBA{60, 60, 60, 255}
	black  = color.RGBA{A: 255}
	red    = color.RGBA{R: 255, A: 255}
	green  = color.RGBA{G: 255, A: 255}
	blue   = color.RGBA{B: 255, A: 255}
)

// draw draws the aids that the step asks for. It returns nil if there are none.
func (a *aids) draw(call *engine.Call) (*image.RGBA, error) {
	under, err := exposure(call, "underexposed_threshold_percent")
	if err != nil {
		return nil, err
	}
	over, err := exposure(call, "overexposed_threshold_percent")
	if err != nil {
		return nil, err
	}
	parts := 0
	if name, _ := call.Arg("grid_overlay").(string); len(name) == 3 { // "3x3"
		parts = int(name[0] - '0')
	}
	shows := func(field string) bool { return value.Truthy(call.Arg(field)) }
	a.sheet = imaging.Copy(a.from)
	if shows("show_zebra_warnings") {
		a.zebra(under, over)
	}
	if shows("show_focus_peaking") {
		a.peaks()
	}
	if shows("show_center_marker") {
		a.cross()
	}
	a.grid(parts)
	if shows("show_hud") {
		a.panel()
	}
	if parts < 2 && !shows("show_zebra_warnings") && !shows("show_focus_peaking") && !shows("show_center_marker") && !shows("show_hud") {
		return nil, nil
	}
	return a.sheet, nil
}

// zebra marks pixels that are too dark in blue and those that are too bright in red, in
// diagonal stripes of 8 pixels.
func (a *aids) zebra(under, over uint8) {
	for i, v := range a.gray.Pix {
		if (i%a.gray.W+i/a.gray.W)/8%2 != 0 {
			continue
		}
		if v < under {
			a.tint(i, blue, 0.5)
		} else if v > over {
			a.tint(i, red, 0.5)
		}
	}
}

// peaks marks the pixels above 30 % of the sharpest one in green.
func (a *aids) peaks() {
	most := float32(0)
	for _, v := range a.sharp.At {
		most = max(most, v)
	}
	if most == 0 {
		return
	}
	const least = 30 * 255 / 100
	for i, v := range a.sharp.At {
		if int(v/most*255) > least {
			a.tint(i, green, 0.6)
		}
	}
}

func (a *aids) tint(i int, c color.RGBA, opacity float64) {
	at := a.sheet.Pix[4*i : 4*i+3]
	for k, v := range [3]uint8{c.R, c.G, c.B} {
		at[k] = uint8(float64(at[k])*(1-opacity) + float64(v)*opacity)
	}
}

// scale is the scale of lines and texts. It is 1 on a picture whose shorter side is 720
// pixels.
func (a *aids) scale() float64 { return max(0.4, min(float64(min(a.gray.W, a.gray.H))/720, 2.5)) }

func (a *aids) thickness() int { return max(1, int(1.6*a.scale())) }

func (a *aids) line(x0, y0, x1, y1 int, c color.RGBA, thickness int) {
	imaging.Line(a.sheet, float64(x0), float64(y0), float64(x1), float64(y1), c, thickness)
}

func (a *aids) cross() {
	x, y, arm := a.gray.W/2, a.gray.H/2, int(20*a.scale())
	a.line(x-arm, y, x+arm, y, white, a.thickness())
	a.line(x, y-arm, x, y+arm, white, a.thickness())
}

// grid divides the picture into parts in both directions.
func (a *aids) grid(parts int) {
	for i := 1; i < parts; i++ {
		a.line(a.gray.W*i/parts, 0, a.gray.W*i/parts, a.gray.H, grey, 1)
		a.line(0, a.gray.H*i/parts, a.gray.W, a.gray.H*i/parts, grey, 1)
	}
}

// panel shows the measure and the histograms in the upper left corner.
func (a *aids) panel() {
	s := a.scale()
	px := func(n float64) int { return int(n * s) }
	large, small := imaging.Style{Scale: 0.5 * s, Thickness: a.thickness()}, imaging.Style{Scale: 0.4 * s, Thickness: a.thickness()}
	label, measure, caption := "TFM Focus", fmt.Sprintf("%.1f", a.mean), "Exposure"
	labelW, labelH := a.fonts.Measure(label, large)
	measureW, _ := a.fonts.Measure(measure, large)
	captionW, captionH := a.fonts.Measure(caption, small)
	histogram := image.Pt(px(180), px(50))
	width := max(labelW+measureW+px(20), captionW, histogram.X) + 2*px(14)
	height := labelH + px(12) + captionH + px(6) + histogram.Y + 2*px(14)
	outer := image.Rect(px(12), px(12), px(12)+width, px(12)+height)
	a.plate(outer)
	x, y := outer.Min.X+px(14), outer.Min.Y+px(14)+labelH
	a.write(label, x, y, white, large)
	a.write(measure, outer.Max.X-px(14)-measureW, y, white, large)
	a.line(x, y+px(6), outer.Max.X-px(14), y+px(6), rule, 1)
	y += px(12) + captionH
	a.write(caption, x, y, silver, small)
	a.histograms(image.Rectangle{Min: image.Pt(x, y+px(6)), Max: image.Pt(x, y+px(6)).Add(histogram)})
}

// plate darkens a part to 30 % and frames it.
func (a *aids) plate(r image.Rectangle) {
	inside := r.Intersect(a.sheet.Rect)
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		for x := inside.Min.X; x < inside.Max.X; x++ {
			a.tint(y*a.gray.W+x, black, 0.7)
		}
	}
	imaging.Box(a.sheet, [4]float64{float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)}, frame, 1, 0)
}

// write draws a text with a dark edge, which makes it legible on any background.
func (a *aids) write(text string, x, y int, c color.RGBA, s imaging.Style) {
	for _, d := range []image.Point{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
		a.fonts.Draw(a.sheet, text, x+d.X, y+d.Y, black, s)
	}
	a.fonts.Draw(a.sheet, text, x, y, c, s)
}

// histograms draws how often each value occurs, for the channels and the brightness.
func (a *aids) histograms(r image.Rectangle) {
	imaging.FillBox(a.sheet, [4]float64{float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y - 1)}, black)
	if _, grayPicture := a.from.(*image.Gray); !grayPicture {
		pixels := imaging.Copy(a.from)
		for channel, c := range []color.RGBA{red, green, blue} {
			var counts [256]int
			for i := channel; i < len(pixels.Pix); i += 4 {
				counts[pixels.Pix[i]]++
			}
			a.curve(r, counts, c)
		}
	}
	var counts [256]int
	for _, v := range a.gray.Pix {
		counts[v]++
	}
	a.curve(r, counts, white)
}

func (a *aids) curve(r image.Rectangle, counts [256]int, c color.RGBA) {
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	at := func(v int) (x, y int) {
		return r.Min.X + v*(r.Dx()-1)/255, r.Max.Y - 1 - counts[v]*r.Dy()/most
	}
	x, y := at(0)
	for v := 1; v < 256; v++ {
		nextX, nextY := at(v)
		a.line(x, y, nextX, nextY, c, max(1, a.thickness()))
		x, y = nextX, nextY
	}
}

// exposure returns a limit as a value of a pixel.
func exposure(call *engine.Call, field string) (uint8, error) {
	percent, err := argument.Number(call, field, 0, 100)
	return uint8(percent * 255 / 100), err
}
