package value

import (
	"context"
	"encoding/base64"
	"image"
	"sync"
	"time"
)

// Codec decodes and encodes pictures. It enforces the limits on size, format and memory, so
// every method may refuse.
type Codec interface {
	// Size reads only the header.
	Size(encoded []byte) (width, height int, err error)
	Decode(ctx context.Context, encoded []byte) (image.Image, error)
	// Publish returns the encoded picture without metadata. It returns nil if the picture
	// must be decoded and encoded again before others may see it.
	Publish(encoded []byte) []byte
	// EncodeJPEG takes a quality of 1 to 100.
	EncodeJPEG(ctx context.Context, pixels image.Image, quality int) ([]byte, error)
}

// DefaultQuality is the JPEG quality of pictures in results.
const DefaultQuality = 95

// Origin is the position of a picture in the picture with that ID, whose size is Width by
// Height: the offset is X, Y. A picture that was not cropped has offset zero and its own
// size.
type Origin struct {
	ID            string
	X, Y          int
	Width, Height int
}

// VideoMetadata is the position of a picture in a video.
type VideoMetadata struct {
	VideoID     string
	FrameNumber int64
	Timestamp   time.Time
	// FPS and MeasuredFPS are zero if unknown.
	FPS, MeasuredFPS float64
	// FromFile is nil if unknown.
	FromFile *bool
}

// Image is a picture with its lineage. Its pixels are decoded when they are first needed.
// An upright picture that is only passed on is never decoded: its bytes are returned
// without metadata. Image is safe for concurrent use.
type Image struct {
	width, height int
	// parent is the picture that this one was cropped from, root the first one in the
	// chain.
	parent, root Origin
	video        *VideoMetadata
	source       *source
}

// source is shared by copies of a picture that differ only in lineage, so that the pixels
// are decoded once for all.
type source struct {
	codec   Codec
	encoded []byte
	text    string // the base64 text as received, without a data URI prefix

	mu     sync.Mutex
	pixels image.Image
}

// NewImage makes a root picture from pixels.
func NewImage(pixels image.Image, id string) *Image {
	size := pixels.Bounds().Size()
	return newImage(&source{pixels: pixels}, size.X, size.Y, id)
}

// DecodeImage makes a root picture from encoded bytes. It reads only the header.
// [Image.Pixels] finds a body that does not match the header.
func DecodeImage(codec Codec, encoded []byte, id string) (*Image, error) {
	width, height, err := codec.Size(encoded)
	if err != nil {
		return nil, err
	}
	return newImage(&source{codec: codec, encoded: encoded}, width, height, id), nil
}

func newImage(s *source, width, height int, id string) *Image {
	own := Origin{ID: id, Width: width, Height: height}
	return &Image{width: width, height: height, parent: own, root: own, source: s}
}

// Width returns the width in pixels.
func (i *Image) Width() int { return i.width }

// Height returns the height in pixels.
func (i *Image) Height() int { return i.height }

// ID returns the name of the picture in the lineage of detections on it.
func (i *Image) ID() string { return i.parent.ID }

// Parent returns the position of the picture in its parent.
func (i *Image) Parent() Origin { return i.parent }

// Root returns the position of the picture in the run's input.
func (i *Image) Root() Origin { return i.root }

// IsCrop reports whether the picture was cropped from another.
func (i *Image) IsCrop() bool { return i.parent.ID != i.root.ID }

// Pixels decodes the picture once. It does not cache a failure, because the failure may be
// the end of the context.
func (i *Image) Pixels(ctx context.Context) (image.Image, error) {
	if err := enter(ctx); err != nil {
		return nil, err
	}
	s := i.source
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pixels != nil {
		return s.pixels, nil
	}
	pixels, err := s.codec.Decode(ctx, s.encoded)
	if err != nil {
		return nil, err
	}
	s.pixels = pixels
	return pixels, nil
}

// Encoded returns the bytes as received, or nil if the picture was made here.
func (i *Image) Encoded() []byte { return i.source.encoded }

// Base64 returns the picture for a result: as received without metadata, or as JPEG.
func (i *Image) Base64(ctx context.Context, codec Codec) (string, error) {
	s := i.source
	if s.encoded != nil {
		clean := codec.Publish(s.encoded)
		if s.text != "" && len(clean) == len(s.encoded) {
			return s.text, nil
		}
		if clean != nil {
			return base64.StdEncoding.EncodeToString(clean), nil
		}
	}
	encoded, err := i.JPEG(ctx, codec, DefaultQuality)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(encoded), nil
}

// JPEG encodes the picture as JPEG.
func (i *Image) JPEG(ctx context.Context, codec Codec, quality int) ([]byte, error) {
	ctx, done := Reading(ctx)
	defer done()
	pixels, err := i.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	return codec.EncodeJPEG(ctx, pixels, quality)
}
