package imaging

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// Pictures are decoded in the runner's process and not in the model worker, because the
// decoders are memory-safe Go. A hostile picture can end in an error or a panic, which ends
// its run, and can take memory, which the size in the header bounds beforehand. No native
// code decodes pictures.
func TestAttackDamagedPictures(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A13", "damaged and lying pictures")
	codec := NewCodec(Limits{Pixels: 1 << 20, Memory: 32 << 20})
	random := rand.New(rand.NewPCG(7, 13))
	whole := [][]byte{
		encodeJPEG(t, noise(64, 48)["RGBA"]), encodePNG(t, noise(64, 48)["NRGBA"]), pngOf(64, 48, 16, 6),
		withOrientation(encodeJPEG(t, noise(64, 48)["RGBA"]), 6),
	}
	for _, picture := range whole {
		for range 400 {
			hostile := bytes.Clone(picture)
			for range 1 + random.IntN(6) {
				hostile[random.IntN(len(hostile))] = byte(random.Uint32())
			}
			if random.IntN(3) == 0 {
				hostile = hostile[:random.IntN(len(hostile))]
			}
			_, err := codec.Decode(t.Context(), hostile)
			reason := errs.ReasonOf(err)
			a.Attempt(err == nil || reason == errorsv1.Reason_REASON_IMAGE_INVALID || reason == errorsv1.Reason_REASON_IMAGE_TOO_LARGE,
				"%d bytes end in %v", len(hostile), errors.Unwrap(err))
			_ = codec.Publish(hostile)
		}
	}
}
