package value

import (
	"context"
	"encoding/base64"
	"image"
	"sync"
	"time"
)

// Codec turns encoded pictures into pixels and back. It is where the limits on
// size, format and memory live, so every method may refuse.
type Codec interface {
	// Size reads the header alone.
	Size(encoded []byte) (width, height int, err error)
	Decode(ctx context.Context, encoded []byte) (image.Image, error)
	// Publish returns the encoded picture without metadata, or nil if it has to be
	// decoded and encoded again to be fit for others' eyes.
	Publish(encoded []byte) []byte
	// EncodeJPEG takes a quality of 1 to 100.
	EncodeJPEG(ctx context.Context, pixels image.Image, quality int) ([]byte, error)
}

// DefaultQuality is the JPEG quality of pictures in results.
const DefaultQuality = 95

// Origin says where a picture was cut from: the picture of that id, whose size
// was Width by Height, at offset X, Y. A picture that was not cut has offset
// zero and its own size.
type Origin struct {
	ID            string
	X, Y          int
	Width, Height int
}

// VideoMetadata places a picture in a video.
type VideoMetadata struct {
	VideoID     string
	FrameNumber int64
	Timestamp   time.Time
	// FPS and MeasuredFPS are zero where they are not known.
	FPS, MeasuredFPS float64
	// FromFile is nil where it is not known.
	FromFile *bool
}

// Image is a picture with its lineage. Its pixels are decoded when they are
// first asked for, so an upright picture that only passes through is never decoded:
// its bytes are returned as they came, without metadata. It is safe for concurrent use.
type Image struct {
	width, height int
	// Parent is what this picture was cut from, Root where the cutting began.
	parent, root Origin
	video        *VideoMetadata
	source       *source
}

// source is shared by copies of a picture that differ in lineage only, so that
// the pixels are decoded once for all of them.
type source struct {
	codec   Codec
	encoded []byte
	text    string // the base64 text as it came, without a data URI prefix

	mu     sync.Mutex
	pixels image.Image
}

// NewImage makes a root picture of id from pixels.
func NewImage(pixels image.Image, id string) *Image {
	size := pixels.Bounds().Size()
	return newImage(&source{pixels: pixels}, size.X, size.Y, id)
}

// DecodeImage makes a root picture of id from encoded bytes. Only the header is
// read now; a body that does not hold what the header says is found by
// [Image.Pixels].
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

// Width is in pixels.
func (i *Image) Width() int { return i.width }

// Height is in pixels.
func (i *Image) Height() int { return i.height }

// ID names the picture in the lineage of everything found on it.
func (i *Image) ID() string { return i.parent.ID }

// Parent says where in its parent picture this one lies.
func (i *Image) Parent() Origin { return i.parent }

// Root says where in the picture that came with the run this one lies.
func (i *Image) Root() Origin { return i.root }

// IsCrop tells whether the picture was cut from another.
func (i *Image) IsCrop() bool { return i.parent.ID != i.root.ID }

// Pixels decodes the picture, once. A failure to decode is not remembered: it
// may be the context that ended.
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

// Encoded returns the bytes the picture came as, or nil if it was made here.
func (i *Image) Encoded() []byte { return i.source.encoded }

// Base64 is the picture as results carry it: as it came but for its metadata, or as JPEG.
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

// JPEG encodes the picture.
func (i *Image) JPEG(ctx context.Context, codec Codec, quality int) ([]byte, error) {
	ctx, done := Reading(ctx)
	defer done()
	pixels, err := i.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	return codec.EncodeJPEG(ctx, pixels, quality)
}
