package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

func encodeJPEG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// pngOf is a PNG header that declares a size. The rest of the picture is missing.
func pngOf(w, h uint32, depth, kind byte) []byte {
	body := []byte("IHDR")
	body = binary.BigEndian.AppendUint32(body, w)
	body = binary.BigEndian.AppendUint32(body, h)
	body = append(body, depth, kind, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n")
	out = binary.BigEndian.AppendUint32(out, 13)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

func TestHostilePicturesAreRefused(t *testing.T) {
	t.Parallel()
	codec := NewCodec(Limits{Bytes: 1 << 20, Pixels: 1_000_000, Side: 4096, Memory: 12 << 20})
	good := encodeJPEG(t, noise(64, 64)["RGBA"])
	var anim bytes.Buffer
	if err := gif.Encode(&anim, noise(8, 8)["RGBA"], nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want errorsv1.Reason
	}{
		"empty":         {nil, errorsv1.Reason_REASON_IMAGE_INVALID},
		"text":          {[]byte("<svg onload=alert(1)>"), errorsv1.Reason_REASON_IMAGE_INVALID},
		"another kind":  {[]byte("\x00\x00\x00\x20ftypheic\x00\x00\x00\x00"), errorsv1.Reason_REASON_IMAGE_INVALID},
		"GIF, cut":      {anim.Bytes()[:anim.Len()/2], errorsv1.Reason_REASON_IMAGE_INVALID},
		"GIF bomb":      {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"BMP bomb":      {bmpOf(100_000, 100_000), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"TIFF bomb":     {tiffOf(100_000, 100_000, 1), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"TIFF, blocks":  {tiffOf(900, 900, 1<<20), errorsv1.Reason_REASON_IMAGE_INVALID},
		"WebP, frames":  {animatedWebP(5000, 1), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"WebP, outside": {animatedWebP(2, 1), errorsv1.Reason_REASON_IMAGE_INVALID},
		"truncated":     {good[:len(good)/2], errorsv1.Reason_REASON_IMAGE_INVALID},
		"header only":   {good[:20], errorsv1.Reason_REASON_IMAGE_INVALID},
		"no size":       {pngOf(0, 10, 8, 2), errorsv1.Reason_REASON_IMAGE_INVALID},
		"no pixels":     {pngOf(10, 10, 8, 2), errorsv1.Reason_REASON_IMAGE_INVALID},
		"too wide":      {pngOf(5000, 1, 8, 2), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"a bomb":        {pngOf(100_000, 100_000, 8, 2), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"many pixels":   {pngOf(2000, 2000, 8, 2), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"deep pixels":   {pngOf(1000, 1000, 16, 6), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"many bytes":    {append(good, make([]byte, 1<<20)...), errorsv1.Reason_REASON_IMAGE_TOO_LARGE},
		"WebP, damaged": {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 \x04\x00\x00\x00\x00\x00\x00\x00"), errorsv1.Reason_REASON_IMAGE_INVALID},
	} {
		pixels, err := codec.Decode(t.Context(), c.data)
		if errs.ReasonOf(err) != c.want {
			t.Errorf("%s: %v, %v", name, pixels, err)
		}
	}
}

func TestDecodeGivesWhatWasEncoded(t *testing.T) {
	t.Parallel()
	codec := NewCodec(Limits{})
	for name, img := range noise(33, 17) {
		w, h, err := codec.Size(encodePNG(t, img))
		if err != nil || w != 33 || h != 17 {
			t.Fatalf("%s: %d by %d, %v", name, w, h, err)
		}
		pixels, err := codec.Decode(t.Context(), encodePNG(t, img))
		if err != nil {
			t.Fatal(err)
		}
		got, want := Copy(pixels), Copy(img)
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: the pixels differ", name)
		}
	}
}

func TestDecodeWaitsForMemory(t *testing.T) {
	t.Parallel()
	codec := NewCodec(Limits{Memory: 2 << 20})
	room, err := codec.memory.Acquire(t.Context(), 1<<20, fair.Client{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = codec.Decode(ctx, encodeJPEG(t, noise(64, 64)["RGBA"]))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("decoding without memory: %v", err)
	}
	room.Release()
	if _, err := codec.Decode(t.Context(), encodeJPEG(t, noise(64, 64)["RGBA"])); err != nil {
		t.Error(err)
	}
}

func TestProgressiveIsSeen(t *testing.T) {
	t.Parallel()
	data := encodeJPEG(t, noise(16, 16)["RGBA"])
	if progressive(data) {
		t.Error("a baseline JPEG was taken for a progressive one")
	}
	i := bytes.Index(data, []byte{0xff, 0xc0})
	data[i+1] = 0xc2
	if !progressive(data) {
		t.Error("a progressive JPEG was not seen")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encodeJPEG(f, noise(16, 16)["RGBA"]))
	f.Add(encodePNG(f, noise(16, 16)["NRGBA"]))
	f.Add([]byte("RIFF\x10\x00\x00\x00WEBPVP8L\x04\x00\x00\x00\x2f\x00\x00\x00"))
	f.Add(pngOf(100, 100, 16, 6))
	codec := NewCodec(Limits{Pixels: 1 << 20, Memory: 64 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		pixels, err := codec.Decode(t.Context(), data)
		if err != nil {
			if reason := errs.ReasonOf(err); reason != errorsv1.Reason_REASON_IMAGE_INVALID && reason != errorsv1.Reason_REASON_IMAGE_TOO_LARGE {
				t.Fatalf("an error without a reason: %v", err)
			}
			return
		}
		size := pixels.Bounds().Size()
		tensor := Tensor{Width: 8, Height: 8}
		if err := tensor.Fill(make([]float32, tensor.Len()), pixels, NewFit(Letterbox, size.X, size.Y, 8, 8)); err != nil {
			t.Fatal(err)
		}
		_ = Copy(pixels)
	})
}
