package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image/png"
	"net/http"
	"sync"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
	"google.golang.org/protobuf/proto"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// maxPreviews bounds the pictures that are kept: some 40 KB each.
const maxPreviews = 256

// previews draws each picture once. What is kept is found by its content, after
// the link was asked for, so that a withdrawn link has no picture either.
type previews struct {
	fonts *typeface.Set
	kept  *otter.Cache[string, []byte]
	group singleflight.Group
	// drawing lets one picture be drawn at a time: pictures must not take the
	// processors from runs.
	drawing sync.Mutex
}

func newPreviews() (*previews, error) {
	fonts, err := typeface.Open("")
	if err != nil {
		return nil, err
	}
	return &previews{fonts: fonts, kept: otter.Must(&otter.Options[string, []byte]{MaximumSize: maxPreviews})}, nil
}

// servePreview answers with the graph as PNG. It shows what the page's first
// screen shows to anyone, and nothing of a run.
func (g *Gateway) servePreview(w http.ResponseWriter, r *http.Request, token string) {
	view, err := g.viewOf(r, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	shown := shownInPreview(view)
	tag := fingerprint(shown)
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache") // asked again each time: the link may be withdrawn
	h.Set("ETag", `"`+tag+`"`)
	if r.Header.Get("If-None-Match") == `"`+tag+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	raw, err := g.previews.png(tag, shown)
	if err != nil {
		reply.Error(w, err)
		return
	}
	h.Set("Content-Type", "image/png")
	reply.Body(w, r, http.StatusOK, raw)
}

// shownInPreview is the part of a view that a preview may show.
func shownInPreview(view *sharingv1.SharedWorkflow) *sharingv1.SharedWorkflow {
	return &sharingv1.SharedWorkflow{Title: view.GetTitle(), Owner: view.GetOwner(), Version: view.GetVersion(), Graph: view.GetGraph()}
}

func fingerprint(m proto.Message) string {
	raw, _ := proto.MarshalOptions{Deterministic: true}.Marshal(m) // came over the wire, so it marshals
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

func (p *previews) png(tag string, view *sharingv1.SharedWorkflow) ([]byte, error) {
	if raw, ok := p.kept.GetIfPresent(tag); ok {
		return raw, nil
	}
	raw, err, _ := p.group.Do(tag, func() (any, error) {
		p.drawing.Lock()
		defer p.drawing.Unlock()
		var b bytes.Buffer
		if err := png.Encode(&b, drawPreview(p.fonts, view)); err != nil {
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
