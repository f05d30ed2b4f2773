package overlay

import (
	"context"
	"image"
	"math"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Bounds of a text, which may come from anybody.
const (
	maxLines   = 100
	maxLetters = 1000 // of a line
)

// newText makes the block that writes lines of text on a plate.
func newText(fonts func() (*imaging.Fonts, error)) engine.Constructor {
	return func(step engine.Step) (engine.Block, error) {
		operations, err := parameter.Parse(step, "text_parameters_operations")
		if err != nil {
			return nil, err
		}
		shared, err := fonts()
		if err != nil {
			return nil, err
		}
		return block(func(ctx context.Context, call *engine.Call, s *sheet) error {
			values, err := operations.Apply(ctx, call, "text_parameters")
			if err != nil {
				return err
			}
			all, err := lines(argument.Text(call, "text"), values)
			if err != nil {
				return err
			}
			return s.display(call, all)
		}, shared), nil
	}
}

// maxText bounds a text with its parameters, in bytes.
const maxText = 1 << 20

// lines fills in the parameters of a text.
func lines(text string, values map[string]any) ([]string, error) {
	texts := make(map[string]string, len(values))
	for name, v := range values {
		if value.Size(v, maxText) > maxText {
			return nil, engine.Failf(engine.LimitsCaused, "the parameter %.60q is too long to be drawn", name)
		}
		texts[name] = value.Text(v)
	}
	text, err := parameter.Fill(text, texts, maxText)
	if err != nil {
		return nil, err
	}
	all := strings.SplitN(text, "\n", maxLines+1)
	all = all[:min(len(all), maxLines)]
	for i, line := range all {
		if letters := []rune(line); len(letters) > maxLetters {
			all[i] = string(letters[:maxLetters])
		}
	}
	return all, nil
}

// display writes lines on a plate.
func (s *sheet) display(call *engine.Call, lines []string) error {
	front, err := colorOf(call, "text_color")
	if err != nil {
		return err
	}
	scale, err := argument.Number(call, "font_scale", 0.1, 10)
	if err != nil {
		return err
	}
	thickness, err := argument.Whole(call, "font_thickness", 1, 10)
	if err != nil {
		return err
	}
	padding, err := argument.Whole(call, "padding", 0, maxThickness)
	if err != nil {
		return err
	}
	style := imaging.Style{Scale: scale, Thickness: thickness}
	widths, widest := make([]int, len(lines)), 0
	for i, line := range lines {
		widths[i], _ = s.fonts.Measure(line, style)
		widest = max(widest, widths[i])
	}
	_, capital := s.fonts.Measure("Ag", style)
	advance := capital + int(math.Round(10*scale)) // the part of a letter below the line
	spacing := max(1, int(math.Round(0.25*float64(advance))))
	size := image.Pt(widest+2*padding, len(lines)*advance+(len(lines)-1)*spacing+2*padding)
	at, err := s.corner(call, size)
	if err != nil {
		return err
	}
	if err := s.back(call, image.Rectangle{Min: at, Max: at.Add(size)}); err != nil {
		return err
	}
	for i, line := range lines {
		x := at.X + padding
		switch argument.Text(call, "text_align") {
		case "center":
			x += (widest - widths[i]) / 2
		case "right":
			x += widest - widths[i]
		}
		s.fonts.Draw(s.RGBA, line, x, at.Y+padding+i*(advance+spacing)+capital, front, style)
	}
	return nil
}

// corner returns the upper left corner of the plate. It stays on a picture that has room.
func (s *sheet) corner(call *engine.Call, size image.Point) (image.Point, error) {
	fields := [2]string{"position_x", "position_y"}
	relative := argument.Text(call, "position_mode") != "absolute"
	share := [2]float64{}
	if relative {
		fields = [2]string{"offset_x", "offset_y"}
		anchor := argument.Text(call, "anchor")
		var ok bool
		if share, ok = anchors[strings.ToLower(anchor)]; !ok {
			return image.Point{}, engine.Failf(engine.RuntimeInput, "anchor %.60q is not known", anchor)
		}
	}
	var at [2]int
	room := [2]int{s.Rect.Dx(), s.Rect.Dy()}
	for k, length := range [2]int{size.X, size.Y} {
		offset, err := argument.Whole(call, fields[k], -maxLength*10, maxLength*10)
		if err != nil {
			return image.Point{}, err
		}
		v := int(math.RoundToEven(share[k]*float64(room[k]))) - int(math.RoundToEven(share[k]*float64(length))) + offset
		at[k] = max(0, min(v, room[k]-length))
	}
	return image.Pt(at[0], at[1]), nil
}

var anchors = map[string][2]float64{
	"top_left": {0, 0}, "top_center": {0.5, 0}, "top_right": {1, 0},
	"center_left": {0, 0.5}, "center": {0.5, 0.5}, "center_right": {1, 0.5},
	"bottom_left": {0, 1}, "bottom_center": {0.5, 1}, "bottom_right": {1, 1},
}

// back draws the plate behind the text.
func (s *sheet) back(call *engine.Call, plate image.Rectangle) error {
	if strings.EqualFold(argument.Text(call, "background_color"), "transparent") {
		return nil
	}
	c, err := colorOf(call, "background_color")
	if err != nil {
		return err
	}
	opacity, err := argument.Number(call, "background_opacity", 0, 1)
	if err != nil {
		return err
	}
	radius, err := argument.Whole(call, "border_radius", 0, maxLength)
	if err != nil {
		return err
	}
	part := plate.Intersect(s.Rect)
	if part.Empty() || opacity == 0 {
		return nil
	}
	under := imaging.Copy(s.SubImage(part))
	over := imaging.Copy(under)
	imaging.Plate(over, over.Rect, c, radius)
	imaging.Mix(over, under, opacity)
	for y := range part.Dy() {
		copy(s.Pix[s.PixOffset(part.Min.X, part.Min.Y+y):], over.Pix[y*over.Stride:y*over.Stride+4*part.Dx()])
	}
	return nil
}
