package pages

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/contract"
	"github.com/keyhole-dev/keyhole/gateway/preview"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Size of the frame of a link, unless the site has less room.
const (
	frameWidth  = 720
	frameHeight = 760
)

// OEmbed serves GET /oembed?url=...: what a site needs to show a link (oembed.com). A link whose
// owner lists no origin for frames is described without a frame.
func (h *Handlers) OEmbed(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	base, known := h.base(r)
	token, ok := strings.CutPrefix(query.Get("url"), base+"/s/")
	token = strings.TrimSuffix(token, "/")
	switch format := query.Get("format"); {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		reply.Error(w, reply.NoSuchPath(r))
		return
	case format != "" && format != "json":
		reply.Status(w, http.StatusNotImplemented, errs.InvalidArgument("this server answers in JSON only: leave out format").Field("format", "must be json"))
		return
	case !known || !ok || !linkToken.MatchString(token):
		reply.Error(w, errs.NotFound("the parameter url is no link of this installation; links have the form %s/s/TOKEN", base).WithReason(errorsv1.Reason_REASON_NOT_FOUND))
		return
	}
	view, err := h.view(r, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	w.Header().Set("Cache-Control", "private, no-cache") // the link may be revoked
	w.Header().Set("Content-Type", "application/json")
	reply.Body(w, r, http.StatusOK, embedded(view, base, token, room(query, "maxwidth", frameWidth), room(query, "maxheight", frameHeight)))
}

// room is the smaller one of a size and the size that a site has.
func room(query url.Values, name string, size int) int {
	if most, err := strconv.Atoi(query.Get(name)); err == nil && most > 0 {
		return min(size, most)
	}
	return size
}

// embedded describes a link. The owner's text is escaped where it is HTML.
func embedded(view *sharingv1.SharedWorkflow, base, token string, width, height int) []byte {
	title := contract.Plain(view.GetTitle(), 200)
	out := map[string]any{
		"type": "link", "version": "1.0", "title": title, "author_name": contract.Plain(view.GetOwner(), 200),
		"provider_name": "Keyhole", "provider_url": base,
	}
	if width >= preview.Width && height >= preview.Height || width == frameWidth && height == frameHeight {
		out["thumbnail_url"], out["thumbnail_width"], out["thumbnail_height"] = base+"/s/"+token+"/preview.png", preview.Width, preview.Height
	}
	if len(view.GetFrameOrigins()) > 0 {
		out["type"], out["width"], out["height"] = "rich", width, height
		out["html"] = fmt.Sprintf(`<iframe src="%s/embed/%s" width="%d" height="%d" allow="camera; clipboard-write" title="%s" style="border:0"></iframe>`,
			html.EscapeString(base), token, width, height, html.EscapeString(title))
	}
	raw, _ := json.Marshal(out) // texts and numbers always marshal
	return raw
}
