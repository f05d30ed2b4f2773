package value

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Reader converts the inputs of a run to values.
type Reader struct {
	Codec Codec
	// Fetch gets a picture by its URL and decides which addresses are allowed. If it is
	// nil, URLs are refused.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	// Now stamps frames without a time. If it is nil, such frames are refused.
	Now func() time.Time
	// NewID makes the IDs of detections without one; nil means random IDs.
	NewID func() string
}

func (r Reader) newID() string {
	if r.NewID == nil {
		return uuid.NewString()
	}
	return r.NewID()
}

func readOrigin(v any, o *Origin) error {
	if v == nil {
		return nil
	}
	object, _ := v.(map[string]any)
	for name, into := range map[string]*int{
		"offset_x": &o.X, "offset_y": &o.Y, "width": &o.Width, "height": &o.Height,
	} {
		n, ok := Float(Shallow(object[name]))
		if !ok || n < 0 || n > 1<<24 {
			return invalid("an origin needs %s (a number of pixels)", name)
		}
		*into = int(n)
	}
	return nil
}
