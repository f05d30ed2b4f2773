package value

// Place sets the columns that hold the picture of each row. It converts what a model
// returns in pixels of image.
func (d *Detections) Place(image *Image) *Detections {
	n := d.Len()
	next := d.Copy()
	parent, root := image.Parent(), image.Root()
	next.Picture = Frame{image.Width(), image.Height(), root.Width, root.Height}
	set := func(column string, cell any) { next.Data[column] = Repeat(cell, n) }
	set(ColumnImageDimensions, []any{int64(image.Height()), int64(image.Width())})
	set(ColumnParentID, parent.ID)
	set(ColumnParentCoordinates, []any{int64(parent.X), int64(parent.Y)})
	set(ColumnParentDimensions, []any{int64(parent.Height), int64(parent.Width)})
	set(ColumnRootID, root.ID)
	set(ColumnRootCoordinates, []any{int64(root.X), int64(root.Y)})
	set(ColumnRootDimensions, []any{int64(root.Height), int64(root.Width)})
	set(ColumnScaleParent, float64(1))
	set(ColumnScaleRoot, float64(1))
	return next
}
