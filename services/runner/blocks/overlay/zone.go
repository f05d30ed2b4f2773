package overlay

import (
	"context"
	"fmt"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// drawZones adds a colour to the inside of one or more zones.
func drawZones(ctx context.Context, call *engine.Call, s *sheet) error {
	zones, err := argument.Polygons(call, "zone")
	if err != nil {
		return err
	}
	c, err := colorOf(call, "color")
	if err != nil {
		return err
	}
	opacity, err := argument.Number(call, "opacity", 0, 1)
	if err != nil {
		return err
	}
	layer := s.layer()
	polygons := make([][][2]float64, len(zones))
	for i, zone := range zones {
		for _, p := range zone {
			polygons[i] = append(polygons[i], [2]float64{p.X, p.Y})
		}
	}
	if err := imaging.FillPolygons(ctx, layer, polygons, c); err != nil {
		return err
	}
	s.add(layer, opacity)
	return nil
}

// drawLine draws a line and the numbers of objects that have crossed it.
func drawLine(_ context.Context, call *engine.Call, s *sheet) error {
	line, err := argument.Points(call, "zone", 2)
	if err != nil {
		return err
	}
	c, err := colorOf(call, "color")
	if err != nil {
		return err
	}
	opacity, err := argument.Number(call, "opacity", 0, 1)
	if err != nil {
		return err
	}
	thickness, err := argument.Whole(call, "thickness", 1, maxThickness)
	if err != nil {
		return err
	}
	style, err := styleOf(call)
	if err != nil {
		return err
	}
	layer := s.layer()
	imaging.Line(layer, line[0].X, line[0].Y, line[1].X, line[1].Y, c, thickness)
	s.add(layer, opacity)
	in, _ := value.Int(call.Arg("count_in"))
	out, _ := value.Int(call.Arg("count_out"))
	s.plate(fmt.Sprintf("in: %d, out: %d", in, out), line[0].Pixel(), style, 0, 0, white, black)
	return nil
}

func styleOf(call *engine.Call) (imaging.Style, error) {
	scale, err := argument.Number(call, "text_scale", 0, 100)
	if err != nil {
		return imaging.Style{}, err
	}
	thickness, err := argument.Whole(call, "text_thickness", 0, maxThickness)
	return imaging.Style{Scale: scale, Thickness: thickness}, err
}

// drawPath draws a line through points.
func drawPath(_ context.Context, call *engine.Call, s *sheet) error {
	path, err := argument.Points(call, "reference_path", 1)
	if err != nil {
		return err
	}
	c, err := colorOf(call, "color")
	if err != nil {
		return err
	}
	thickness, err := argument.Whole(call, "thickness", 1, maxThickness)
	if err != nil {
		return err
	}
	for i, p := range path[1:] {
		from, to := path[i].Pixel(), p.Pixel()
		imaging.Line(s.RGBA, float64(from.X), float64(from.Y), float64(to.X), float64(to.Y), c, thickness)
	}
	return nil
}

// plate writes a text on a plate whose centre is at a point.
func (s *sheet) plate(text string, center image.Point, style imaging.Style, padding, radius int, back, front rgba) {
	w, h := s.fonts.Measure(text, style)
	left, top := center.X-w/2, center.Y-h/2
	imaging.Plate(s.RGBA, image.Rect(left-padding, top-padding, left+w+padding, top+h+padding), back, radius)
	s.fonts.Draw(s.RGBA, text, left, top+h, front, style)
}
