package value

import "math"

// InRoot converts every detection in a value to coordinates of the root picture. A value
// without detections is returned unchanged.
func InRoot(v any) any {
	switch v := v.(type) {
	case *Detections:
		return v.InRoot()
	case []any:
		for i, item := range v {
			if moved := InRoot(item); !same(moved, item) {
				out := append([]any(nil), v...)
				for ; i < len(out); i++ {
					out[i] = InRoot(out[i])
				}
				return out
			}
		}
	case map[string]any:
		for _, item := range v {
			if moved := InRoot(item); !same(moved, item) {
				out := make(map[string]any, len(v))
				for key, item := range v {
					out[key] = InRoot(item)
				}
				return out
			}
		}
	}
	return v
}

// same compares by identity, to see whether InRoot has replaced a value.
func same(a, b any) bool {
	switch x := a.(type) {
	case *Detections:
		return x == b
	case []any:
		y, ok := b.([]any)
		return ok && (len(x) == 0 || &x[0] == &y[0])
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && sameMap(x, y)
	}
	return true
}

// sameMap compares the identity of maps, because InRoot copies a map only if it changes.
func sameMap(x, y map[string]any) bool {
	for key, item := range x {
		if !same(item, y[key]) {
			return false
		}
	}
	return true
}

// InRoot converts boxes, masks, polygons and key points to the root picture.
func (d *Detections) InRoot() *Detections {
	if d.Len() == 0 {
		return d.frameInRoot()
	}
	if d.inRoot() {
		return d
	}
	next := d.moved(d.move)
	next.settle(d)
	return next
}

// frameInRoot is InRoot for detections without rows.
func (d *Detections) frameInRoot() *Detections {
	f := d.Picture
	if f.RootWidth == 0 || f.Width == f.RootWidth && f.Height == f.RootHeight {
		return d
	}
	next := d.Copy()
	next.Picture.Width, next.Picture.Height = f.RootWidth, f.RootHeight
	return next
}

// Move shifts boxes, masks, polygons and key points to a picture of the given size. It does
// not change the columns that hold the picture; see [Detections.Place].
func (d *Detections) Move(x, y float64, width, height int) *Detections {
	return d.moved(func(int) move { return move{scale: 1, x: x, y: y, width: width, height: height} })
}

func (d *Detections) moved(how func(i int) move) *Detections {
	next := d.Copy()
	next.XYXY = make([]Box, d.Len())
	if d.Masks != nil {
		next.Masks = make([]*Mask, d.Len())
	}
	polygons, keypoints := clone(d.Data[ColumnPolygon]), clone(d.Data[ColumnKeypointsXY])
	for i := range d.XYXY {
		m := how(i)
		next.XYXY[i] = m.box(d.XYXY[i])
		if d.Masks != nil {
			next.Masks[i] = m.mask(d.Masks[i])
		}
		m.points(polygons, i)
		m.points(keypoints, i)
	}
	next.replace(ColumnPolygon, polygons)
	next.replace(ColumnKeypointsXY, keypoints)
	return next
}

func (d *Detections) replace(column string, cells []any) {
	if cells != nil {
		d.Data[column] = cells
	}
}

func clone(cells []any) []any { return append([]any(nil), cells...) }

// inRoot reports whether the rows are already on the root picture, or have no origin.
func (d *Detections) inRoot() bool {
	if d.Data[ColumnRootCoordinates] == nil {
		return true
	}
	first := d.move(0)
	return d.At(ColumnParentID, 0) == d.At(ColumnRootID, 0) && first.scale == 1 && first.x == 0 && first.y == 0
}

// move is the transformation of one row to the root picture.
type move struct {
	scale, x, y   float64
	width, height int
}

func (d *Detections) move(i int) move {
	m := move{scale: 1}
	if scale, ok := Float(d.At(ColumnScaleRoot, i)); ok && scale > 0 {
		m.scale = scale
	}
	m.x, m.y, _ = pointOf(d.At(ColumnRootCoordinates, i))
	height, width, _ := pointOf(d.At(ColumnRootDimensions, i))
	m.width, m.height = int(width), int(height)
	return m
}

func (m move) box(b Box) Box {
	for k := range b {
		b[k] /= m.scale
	}
	return b.Shift(m.x, m.y)
}

// mask converts a mask to the root picture, scaled by nearest neighbour.
func (m move) mask(mask *Mask) *Mask {
	if m.scale == 1 {
		return mask.Shift(int(m.x), int(m.y), m.width, m.height)
	}
	bounds := mask.Bounds
	bounds.Min.X, bounds.Min.Y = int(float64(bounds.Min.X)/m.scale+m.x), int(float64(bounds.Min.Y)/m.scale+m.y)
	bounds.Max.X = int(math.Ceil(float64(bounds.Max.X)/m.scale + m.x))
	bounds.Max.Y = int(math.Ceil(float64(bounds.Max.Y)/m.scale + m.y))
	next := NewMask(m.width, m.height, bounds)
	for y := next.Bounds.Min.Y; y < next.Bounds.Max.Y; y++ {
		for x := next.Bounds.Min.X; x < next.Bounds.Max.X; x++ {
			if mask.At(int((float64(x)-m.x)*m.scale), int((float64(y)-m.y)*m.scale)) {
				next.Set(x, y)
			}
		}
	}
	return next
}

func (m move) points(cells []any, i int) {
	if i >= len(cells) {
		return
	}
	points, ok := cells[i].([]any)
	if !ok {
		return
	}
	moved := make([]any, len(points))
	for k, point := range points {
		moved[k] = point
		if x, y, ok := pointOf(point); ok {
			moved[k] = []any{x/m.scale + m.x, y/m.scale + m.y}
		}
	}
	cells[i] = moved
}

// settle sets the columns that place the rows on the root picture.
func (d *Detections) settle(was *Detections) {
	n := d.Len()
	zero := Repeat([]any{int64(0), int64(0)}, n)
	size := was.Data[ColumnRootDimensions]
	d.Data[ColumnImageDimensions] = size
	d.Picture.Width, d.Picture.Height = d.Picture.RootWidth, d.Picture.RootHeight
	d.Data[ColumnParentID] = was.Data[ColumnRootID]
	d.Data[ColumnParentDimensions] = size
	d.Data[ColumnParentCoordinates] = zero
	d.Data[ColumnRootCoordinates] = zero
	d.Data[ColumnScaleParent] = Repeat(1.0, n)
	d.Data[ColumnScaleRoot] = Repeat(1.0, n)
}
