package preview

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"

	"golang.org/x/image/vector"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// Width and Height are the size of a link preview, in pixels.
const Width, Height = 1200, 630

const (
	margin   = 64
	graphTop = 214
	// maxBoxes and maxEdgeArea bound the cost of a picture: the number of boxes (more
	// would be specks) and the area around all edges, in pixels. Boxes need no bound of
	// their area: they do not overlap.
	maxBoxes    = 2000
	maxEdgeArea = 30 * Width * Height
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

// canvas draws antialiased shapes.
type canvas struct {
	*image.RGBA
	scale, dx, dy float64 // from the graph's coordinates to the picture's
	raster        vector.Rasterizer
}

func drawPicture(fonts *typeface.Set, view *sharingv1.SharedWorkflow) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	c := &canvas{RGBA: img}
	title, small := fonts.Face(46, true), fonts.Face(25, false)
	c.text(title, view.GetTitle(), margin, 112, Width-2*margin, ink)
	c.text(small, fmt.Sprintf("%s · version %d · a workflow shared with Keyhole", view.GetOwner(), view.GetVersion()),
		margin, 162, Width-2*margin, faint)
	c.graph(fonts, view.GetGraph())
	return img
}

// graph draws the layout of the server, scaled to the room left under the title.
func (c *canvas) graph(fonts *typeface.Set, g *sharingv1.Graph) {
	if len(g.GetNodes()) == 0 || g.GetWidth() <= 0 || g.GetHeight() <= 0 {
		return
	}
	w, h := float64(Width-2*margin), float64(Height-graphTop-margin)
	c.scale = math.Min(1.25, math.Min(w/g.GetWidth(), h/g.GetHeight()))
	c.dx = margin + (w-g.GetWidth()*c.scale)/2
	c.dy = graphTop + (h-g.GetHeight()*c.scale)/2
	boxes := g.GetNodes()[:min(len(g.GetNodes()), maxBoxes)]
	c.edges(boxes, g.GetEdges())
	label := fonts.Face(math.Max(11, 22*c.scale), false)
	for _, n := range boxes {
		c.node(label, n)
	}
}

// edges draws the edges between drawn boxes, until they have used up maxEdgeArea.
func (c *canvas) edges(boxes []*sharingv1.GraphNode, edges []*sharingv1.GraphEdge) {
	nodes := make(map[string]*sharingv1.GraphNode, len(boxes))
	for _, n := range boxes {
		nodes[n.GetId()] = n
	}
	left := maxEdgeArea
	for _, e := range edges {
		from, to := nodes[e.GetSource()], nodes[e.GetTarget()]
		if from == nil || to == nil {
			continue
		}
		curve := c.edge(from, to)
		size := curve.bounds().Intersect(c.Bounds()).Size()
		if left -= size.X * size.Y; left < 0 {
			return
		}
		c.fill(curve, rule)
	}
}

func (c *canvas) node(label *typeface.Face, n *sharingv1.GraphNode) {
	x, y := c.dx+n.GetX()*c.scale, c.dy+n.GetY()*c.scale
	w, h := n.GetWidth()*c.scale, n.GetHeight()*c.scale
	radius := math.Min(10*c.scale, h/3)
	c.fill(rounded(x-1, y-1, w+2, h+2, radius+1), rule)
	c.fill(rounded(x, y, w, h, radius), card)
	c.fill(rounded(x, y, math.Max(3, 7*c.scale), h, math.Min(radius, 3*c.scale)), categoryColour(n.GetCategory()))
	if h < 17 { // too small to read
		return
	}
	name, _, _ := strings.Cut(n.GetLabel(), " · ")
	c.text(label, name, x+18*c.scale, y+(h+label.CapHeight())/2, w-30*c.scale, ink)
}

// edge is the same curve as on the page.
func (c *canvas) edge(from, to *sharingv1.GraphNode) outline {
	x1, y1 := c.dx+(from.GetX()+from.GetWidth())*c.scale, c.dy+(from.GetY()+from.GetHeight()/2)*c.scale
	x2, y2 := c.dx+to.GetX()*c.scale, c.dy+(to.GetY()+to.GetHeight()/2)*c.scale
	pull := math.Max(20*c.scale, math.Abs(x2-x1)/2)
	half := math.Max(0.8, 1.1*c.scale)
	var o outline
	o.move(x1, y1-half)
	o.curve(x1+pull, y1-half, x2-pull, y2-half, x2, y2-half)
	o.line(x2, y2+half)
	o.curve(x2-pull, y2+half, x1+pull, y1+half, x1, y1+half)
	return o
}

func rounded(x, y, w, h, radius float64) outline {
	const bend = 0.5523 // of a quarter circle
	k := radius * (1 - bend)
	var o outline
	o.move(x+radius, y)
	o.line(x+w-radius, y)
	o.curve(x+w-k, y, x+w, y+k, x+w, y+radius)
	o.line(x+w, y+h-radius)
	o.curve(x+w, y+h-k, x+w-k, y+h, x+w-radius, y+h)
	o.line(x+radius, y+h)
	o.curve(x+k, y+h, x, y+h-k, x, y+h-radius)
	o.line(x, y+radius)
	o.curve(x, y+k, x+k, y, x+radius, y)
	return o
}
