package preview

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image/png"

	"github.com/maypok86/otter/v2"
	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// maxPictures bounds the cache. A picture has about 40 KB.
const maxPictures = 256

// Previews draws each picture once. The cache is keyed by content: the caller asks for
// the share each time, so a revoked link has no picture either.
type Previews struct {
	fonts *typeface.Set
	kept  *otter.Cache[string, []byte]
	// turns lets one picture be drawn at a time, so that pictures do not take the
	// processors from runs. Addresses take turns.
	turns *fair.Pool
}

// New loads the fonts.
func New() (*Previews, error) {
	fonts, err := typeface.Open("")
	if err != nil {
		return nil, err
	}
	return &Previews{
		fonts: fonts, kept: otter.Must(&otter.Options[string, []byte]{MaximumSize: maxPictures}),
		turns: fair.New(fair.Limits{What: "previews", Capacity: 1, WholeTenant: true}),
	}, nil
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

// PNG returns the picture of the subject that has this tag. The client waits for its turn.
func (p *Previews) PNG(ctx context.Context, client fair.Client, tag string, subject *sharingv1.SharedWorkflow) ([]byte, error) {
	if raw, ok := p.kept.GetIfPresent(tag); ok {
		return raw, nil
	}
	turn, err := p.turns.Acquire(ctx, 1, client)
	if err != nil {
		return nil, err
	}
	defer turn.Release()
	if raw, ok := p.kept.GetIfPresent(tag); ok { // drawn meanwhile
		return raw, nil
	}
	var b bytes.Buffer
	if err := png.Encode(&b, drawPicture(p.fonts, subject)); err != nil {
		return nil, err
	}
	p.kept.Set(tag, b.Bytes())
	return b.Bytes(), nil
}
