package imaging

import (
	"bytes"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/picture"
)

// withOrientation adds EXIF with an orientation to a JPEG.
func withOrientation(b []byte, o byte) []byte {
	exif := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(o) + "\x00\x00\x00\x00\x00\x00")
	return append(append(bytes.Clone(b[:2]), exif...), b[2:]...)
}

func TestPhotosAreSeenUpright(t *testing.T) {
	t.Parallel()
	codec := NewCodec(Limits{})
	upright, err := codec.Decode(t.Context(), encodeJPEG(t, noise(48, 32)["RGBA"]))
	if err != nil {
		t.Fatal(err)
	}
	for o := byte(1); o <= 8; o++ {
		photo := withOrientation(encodeJPEG(t, noise(48, 32)["RGBA"]), o)
		got, err := codec.Decode(t.Context(), photo)
		if err != nil {
			t.Fatal(err)
		}
		want := picture.Orientation(o).Upright(upright)
		if !bytes.Equal(Copy(got).Pix, Copy(want).Pix) {
			t.Errorf("orientation %d is not applied", o)
		}
		w, h, err := codec.Size(photo)
		if size := want.Bounds().Size(); err != nil || w != size.X || h != size.Y {
			t.Errorf("orientation %d: size %d by %d, want %v", o, w, h, size)
		}
		if published := codec.Publish(photo); (published == nil) != (o > 1) {
			t.Errorf("orientation %d is published as it lies: %v", o, published != nil)
		} else if bytes.Contains(published, []byte("Exif")) {
			t.Error("EXIF is published")
		}
	}
}
