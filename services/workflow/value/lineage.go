package value

import (
	"image"
	"time"
)

// WithPixels returns the picture with new pixels. It keeps lineage and video metadata.
// The new pixels may differ in size.
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

// Crop is a part of the picture, named id. The offset is where its first pixel
// lies in i. The pixels may share memory with those of i.
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

// WithOrigins is the same picture placed elsewhere.
func (i *Image) WithOrigins(parent, root Origin) *Image {
	next := *i
	next.parent, next.root = parent, root
	return &next
}

// WithVideo is the same picture as a frame of a video.
func (i *Image) WithVideo(metadata *VideoMetadata) *Image {
	next := *i
	next.video = metadata
	return &next
}

// VideoOr is the video metadata, or what blocks that need some take for a still
// picture: frame zero of a video of its own.
func (i *Image) VideoOr(now time.Time) *VideoMetadata {
	if i.video != nil {
		return i.video
	}
	return &VideoMetadata{VideoID: i.parent.ID, Timestamp: now, FPS: 30}
}
