package gateway

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/vector"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// The size that link previews are shown in, and the margin around.
const (
	previewWidth, previewHeight = 1200, 630
	previewMargin               = 64
	graphTop                    = 214
	// maxDrawn bounds the boxes of a picture: more are specks, and each costs time
	// that anyone with a link can ask for.
	maxDrawn = 250
)

var (
	paper = color.RGBA{0xfa, 0xfa, 0xf9, 0xff}
	card  = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.RGBA{0x1c, 0x1b, 0x1a, 0xff}
	faint = color.RGBA{0x6b, 0x68, 0x64, 0xff}
	rule  = color.RGBA{0xc9, 0xc6, 0xc1, 0xff}
)

// categoryColour is the colour of a block, the same as on the page.
func categoryColour(category string) color.RGBA {
	switch category {
	case "input":
		return color.RGBA{0x4b, 0x55, 0x63, 0xff}
	case "output":
		return color.RGBA{0x15, 0x80, 0x3d, 0xff}
	case "model":
		return color.RGBA{0x6d, 0x3f, 0xd1, 0xff}
	case "visualization":
		return color.RGBA{0xb4, 0x53, 0x09, 0xff}
	case "flow_control":
		return color.RGBA{0xbe, 0x12, 0x3c, 0xff}
	case "sink":
		return color.RGBA{0x0f, 0x76, 0x6e, 0xff}
	default:
		return color.RGBA{0x1d, 0x5f, 0xb8, 0xff}
	}
}

// canvas draws with antialiased shapes.
type canvas struct {
	*image.RGBA
	scale, dx, dy float64 // from the graph's coordinates to the picture's
}

func (f *previewFonts) draw(view *sharingv1.SharedWorkflow) (*image.RGBA, error) {
	img := image.NewRGBA(image.Rect(0, 0, previewWidth, previewHeight))
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	c := &canvas{RGBA: img}
	title, err := f.face(f.bold, 46)
	if err != nil {
		return nil, err
	}
	small, err := f.face(f.regular, 25)
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = title.Close(), small.Close() }()
	c.text(title, view.GetTitle(), previewMargin, 112, previewWidth-2*previewMargin, ink)
	c.text(small, fmt.Sprintf("%s · version %d · a workflow shared with Keyhole", view.GetOwner(), view.GetVersion()),
		previewMargin, 162, previewWidth-2*previewMargin, faint)
	return img, f.graph(c, view.GetGraph())
}

// graph draws what the server laid out, scaled to the room that there is.
func (f *previewFonts) graph(c *canvas, g *sharingv1.Graph) error {
	if len(g.GetNodes()) == 0 || g.GetWidth() <= 0 || g.GetHeight() <= 0 {
		return nil
	}
	w, h := float64(previewWidth-2*previewMargin), float64(previewHeight-graphTop-previewMargin)
	c.scale = math.Min(1.25, math.Min(w/g.GetWidth(), h/g.GetHeight()))
	c.dx = previewMargin + (w-g.GetWidth()*c.scale)/2
	c.dy = graphTop + (h-g.GetHeight()*c.scale)/2
	nodes := map[string]*sharingv1.GraphNode{}
	for _, n := range g.GetNodes()[:min(len(g.GetNodes()), maxDrawn)] {
		nodes[n.GetId()] = n
	}
	for _, e := range g.GetEdges()[:min(len(g.GetEdges()), 2*maxDrawn)] {
		if from, to := nodes[e.GetSource()], nodes[e.GetTarget()]; from != nil && to != nil {
			c.edge(from, to)
		}
	}
	label, err := f.face(f.regular, math.Max(11, 22*c.scale))
	if err != nil {
		return err
	}
	defer func() { _ = label.Close() }()
	for _, n := range nodes {
		c.node(label, n)
	}
	return nil
}

func (c *canvas) node(label font.Face, n *sharingv1.GraphNode) {
	x, y := c.dx+n.GetX()*c.scale, c.dy+n.GetY()*c.scale
	w, h := n.GetWidth()*c.scale, n.GetHeight()*c.scale
	radius := math.Min(10*c.scale, h/3)
	c.fill(rounded(x-1, y-1, w+2, h+2, radius+1), rule)
	c.fill(rounded(x, y, w, h, radius), card)
	c.fill(rounded(x, y, math.Max(3, 7*c.scale), h, math.Min(radius, 3*c.scale)), categoryColour(n.GetCategory()))
	if h < 17 { // too small to be read
		return
	}
	name, _, _ := strings.Cut(n.GetLabel(), " · ")
	height := float64(label.Metrics().CapHeight) / 64
	c.text(label, name, x+18*c.scale, y+(h+height)/2, w-30*c.scale, ink)
}

// edge is the same curve as on the page.
func (c *canvas) edge(from, to *sharingv1.GraphNode) {
	x1, y1 := c.dx+(from.GetX()+from.GetWidth())*c.scale, c.dy+(from.GetY()+from.GetHeight()/2)*c.scale
	x2, y2 := c.dx+to.GetX()*c.scale, c.dy+(to.GetY()+to.GetHeight()/2)*c.scale
	pull := math.Max(20*c.scale, math.Abs(x2-x1)/2)
	half := math.Max(0.8, 1.1*c.scale)
	c.fill(func(r *vector.Rasterizer) {
		r.MoveTo(float32(x1), float32(y1-half))
		r.CubeTo(float32(x1+pull), float32(y1-half), float32(x2-pull), float32(y2-half), float32(x2), float32(y2-half))
		r.LineTo(float32(x2), float32(y2+half))
		r.CubeTo(float32(x2-pull), float32(y2+half), float32(x1+pull), float32(y1+half), float32(x1), float32(y1+half))
		r.ClosePath()
	}, rule)
}

func (c *canvas) fill(shape func(*vector.Rasterizer), with color.RGBA) {
	r := vector.NewRasterizer(previewWidth, previewHeight)
	shape(r)
	r.Draw(c.RGBA, c.Bounds(), image.NewUniform(with), image.Point{})
}

func rounded(x, y, w, h, radius float64) func(*vector.Rasterizer) {
	const bend = 0.5523 // of a quarter circle
	k := radius * (1 - bend)
	return func(r *vector.Rasterizer) {
		p := func(f float64) float32 { return float32(f) }
		r.MoveTo(p(x+radius), p(y))
		r.LineTo(p(x+w-radius), p(y))
		r.CubeTo(p(x+w-k), p(y), p(x+w), p(y+k), p(x+w), p(y+radius))
		r.LineTo(p(x+w), p(y+h-radius))
		r.CubeTo(p(x+w), p(y+h-k), p(x+w-k), p(y+h), p(x+w-radius), p(y+h))
		r.LineTo(p(x+radius), p(y+h))
		r.CubeTo(p(x+k), p(y+h), p(x), p(y+h-k), p(x), p(y+h-radius))
		r.LineTo(p(x), p(y+radius))
		r.CubeTo(p(x), p(y+k), p(x+k), p(y), p(x+radius), p(y))
		r.ClosePath()
	}
}
