package preview

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image/png"
	"sync"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// maxPictures bounds the cache. A picture has about 40 KB.
const maxPictures = 256

// Previews draws each picture once. The cache is keyed by content: the caller asks for
// the share each time, so a revoked link has no picture either.
type Previews struct {
	fonts *typeface.Set
	kept  *otter.Cache[string, []byte]
	group singleflight.Group
	// drawing serialises the work, so that pictures do not take the processors from
	// runs.
	drawing sync.Mutex
}

// New loads the fonts.
func New() (*Previews, error) {
	fonts, err := typeface.Open("")
	if err != nil {
		return nil, err
	}
	return &Previews{fonts: fonts, kept: otter.Must(&otter.Options[string, []byte]{MaximumSize: maxPictures})}, nil
}

// Subject returns the part of a view that a preview may show.
func Subject(view *sharingv1.SharedWorkflow) *sharingv1.SharedWorkflow {
	return &sharingv1.SharedWorkflow{Title: view.GetTitle(), Owner: view.GetOwner(), Version: view.GetVersion(), Graph: view.GetGraph()}
}

// Tag identifies the content of a subject.
func Tag(subject *sharingv1.SharedWorkflow) string {
	raw, _ := proto.MarshalOptions{Deterministic: true}.Marshal(subject) // it came over the wire, so it marshals
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

// PNG returns the picture of the subject that has this tag.
func (p *Previews) PNG(tag string, subject *sharingv1.SharedWorkflow) ([]byte, error) {
	if raw, ok := p.kept.GetIfPresent(tag); ok {
		return raw, nil
	}
	raw, err, _ := p.group.Do(tag, func() (any, error) {
		p.drawing.Lock()
		defer p.drawing.Unlock()
		var b bytes.Buffer
		if err := png.Encode(&b, drawPicture(p.fonts, subject)); err != nil {
			return nil, err
		}
		p.kept.Set(tag, b.Bytes())
		return b.Bytes(), nil
	})
	if err != nil {
		return nil, err
	}
	return raw.([]byte), nil
}
