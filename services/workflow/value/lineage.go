package value

import (
	"image"
	"time"
)

// WithPixels returns the picture with new pixels, which may differ in size. It keeps
// lineage and video metadata.
func (i *Image) WithPixels(pixels image.Image) *Image {
	size := pixels.Bounds().Size()
	next := *i
	next.width, next.height = size.X, size.Y
	next.source = &source{pixels: pixels}
	if !i.IsCrop() && i.root.X == 0 && i.root.Y == 0 {
		next.root.Width, next.root.Height = size.X, size.Y
		next.parent = next.root
	}
	return &next
}

// Crop returns a part of the picture with its own ID. x and y are the offset of the part in
// i. Its pixels may share memory with those of i.
func (i *Image) Crop(pixels image.Image, id string, x, y int) *Image {
	size := pixels.Bounds().Size()
	root := i.root
	root.X += x
	root.Y += y
	return &Image{
		width: size.X, height: size.Y,
		parent: Origin{ID: id, X: x, Y: y, Width: i.width, Height: i.height},
		root:   root,
		video:  i.video,
		source: &source{pixels: pixels},
	}
}

// WithOrigins returns the picture with another position.
func (i *Image) WithOrigins(parent, root Origin) *Image {
	next := *i
	next.parent, next.root = parent, root
	return &next
}

// WithVideo returns the picture as a frame of a video.
func (i *Image) WithVideo(metadata *VideoMetadata) *Image {
	next := *i
	next.video = metadata
	return &next
}

// Video returns the video metadata, nil for a still picture.
func (i *Image) Video() *VideoMetadata { return i.video }

// VideoOr returns the video metadata. For a still picture it returns frame zero of a new
// video, for blocks that need some.
func (i *Image) VideoOr(now time.Time) *VideoMetadata {
	if i.video != nil {
		return i.video
	}
	return &VideoMetadata{VideoID: i.parent.ID, Timestamp: now, FPS: 30}
}
