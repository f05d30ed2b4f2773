package preview

import (
	"fmt"
	"image"
	"image/draw"
	"testing"
	"time"

	"golang.org/x/image/vector"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// grid is a graph of boxes in columns. An edge joins each box with every box of the
// previous column.
func grid(columns, rows int) *sharingv1.Graph {
	g := &sharingv1.Graph{Width: float64(columns) * 280, Height: float64(rows) * 90}
	for x := range columns {
		for y := range rows {
			g.Nodes = append(g.Nodes, &sharingv1.GraphNode{
				Id: fmt.Sprintf("%d/%d", x, y), Label: "step", Category: "model",
				X: float64(x) * 280, Y: float64(y) * 90, Width: 200, Height: 64,
			})
			for above := range rows {
				if x > 0 {
					g.Edges = append(g.Edges, &sharingv1.GraphEdge{Source: fmt.Sprintf("%d/%d", x-1, above), Target: fmt.Sprintf("%d/%d", x, y)})
				}
			}
		}
	}
	return g
}

func blank() *canvas {
	c := &canvas{RGBA: image.NewRGBA(image.Rect(0, 0, Width, Height)), scale: 0.7, dx: 64, dy: 214}
	draw.Draw(c.RGBA, c.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	return c
}

// A shape looks as if the whole picture were rasterized for it, also if it extends beyond
// the picture.
func TestAShapeIsTheSameWithinItsBounds(t *testing.T) {
	t.Parallel()
	g := grid(4, 3)
	shapes := map[string]outline{
		"a box": rounded(100.3, 250.7, 150.2, 44.9, 7), "a bar": rounded(100.3, 250.7, 3, 44.9, 2.1), "a speck": rounded(10.2, 10.4, 0.3, 0.2, 0.05),
		"over the edge": rounded(-20.5, -7.2, 90, 60, 8), "over the other": rounded(1150, 600, 90, 60, 8), "outside": rounded(-500, 30, 40, 20, 3),
		"all over": rounded(-100, -100, 2000, 2000, 50), "a long edge": blank().edge(g.GetNodes()[0], g.GetNodes()[11]), "one back": blank().edge(g.GetNodes()[11], g.GetNodes()[0]),
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, want := blank(), blank()
			got.fill(shape, ink)
			whole := vector.NewRasterizer(Width, Height)
			shape.onto(whole, image.Point{})
			whole.Draw(want.RGBA, want.Bounds(), image.NewUniform(ink), image.Point{})
			// A small rasterizer uses fixed point, a large one floating point.
			for i := range want.Pix {
				if d := int(want.Pix[i]) - int(got.Pix[i]); d < -3 || d > 3 {
					t.Fatalf("pixel %d,%d is %d instead of %d", i/4%Width, i/4/Width, got.Pix[i], want.Pix[i])
				}
			}
		})
	}
}

// The cost of a picture is bounded. A large graph has all its boxes and some of its
// edges.
func TestALargeGraphIsDrawn(t *testing.T) {
	t.Parallel()
	fonts, err := typeface.Open("")
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	img := drawPicture(fonts, &sharingv1.SharedWorkflow{Title: "large", Graph: grid(40, 30)})
	t.Logf("1200 boxes and 35100 edges took %v", time.Since(begin).Round(time.Millisecond))
	for _, x := range []int{margin + 2, Width - margin - 60} {
		if differs := inked(img, image.Rect(x-20, graphTop, x+60, Height-margin)); differs == 0 {
			t.Errorf("there is nothing around x=%d", x)
		}
	}
}

// inked counts the pixels that do not have the paper's colour.
func inked(img *image.RGBA, in image.Rectangle) (n int) {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if img.RGBAAt(x, y) != paper {
				n++
			}
		}
	}
	return n
}
