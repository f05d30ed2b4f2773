package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"image"
	_ "image/jpeg" // for the size of a picture
	_ "image/png"
	"io"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// mark is the sign of the product, as the pages draw it.
const mark = `<svg class="mark" width="24" height="24" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" class="mark-ground"/>` +
	`<path class="mark-hole" d="M16 7.500a5.500 5.500 0 0 1 2.900 10.200l1.500 6.100a.7.7 0 0 1-.7.9h-7.400a.7.7 0 0 1-.7-.9l1.500-6.100A5.500 5.500 0 0 1 16 7.500z"/></svg>`

// first writes what a page shows until its script has loaded the view: title, words, and
// the first sample. A slow phone shows it seconds before the rest. The script removes it.
// Every value is text from a stranger and is escaped.
func (h *Handlers) first(token string, view *sharingv1.SharedWorkflow) []byte {
	if view == nil || !h.assets.share.built {
		return nil
	}
	said := view.GetPresentation().GetWelcome()
	if said == "" {
		said = view.GetDescription()
	}
	var b strings.Builder
	example := ""
	if len(view.GetExamples()) > 0 {
		example = " data-example" // its code is loaded with the view, not after it
	}
	fmt.Fprintf(&b, "<div id=\"first\" aria-busy=\"true\"%s>\n<p class=\"first-bar\">%s Keyhole</p>\n<header>\n<h1>%s</h1>\n<p class=\"first-by\">by <strong>%s</strong></p>\n",
		example, mark, html.EscapeString(view.GetTitle()), html.EscapeString(view.GetOwner()))
	if said != "" {
		fmt.Fprintf(&b, "<p class=\"first-said\">%s</p>\n", html.EscapeString(said))
	}
	b.WriteString("<p class=\"first-row\" role=\"status\"></p>\n</header>\n<div class=\"first-bench\"><div></div><div><p class=\"first-head\">Result</p><p class=\"first-stage\">")
	if p, ok := firstPicture(view); ok {
		fmt.Fprintf(&b, "<img src=\"/s/%s/sample\" alt=\"\" width=\"%d\" height=\"%d\" fetchpriority=\"high\">", token, p.width, p.height)
	}
	b.WriteString("</p></div></div>\n</div>\n")
	return []byte(b.String())
}

// picture is a picture in base64, not decoded yet.
type picture struct {
	base64        string
	width, height int
	kind          string // image/jpeg or image/png
}

// firstPicture finds the sample picture that a page shows before anything is chosen. A
// page shows only JPEG and PNG before its script runs.
func firstPicture(view *sharingv1.SharedWorkflow) (picture, bool) {
	for _, s := range view.GetSamples() {
		if !bytes.Contains(s.GetValue(), []byte(`"base64"`)) {
			continue
		}
		var value struct{ Type, Value string }
		if json.Unmarshal(s.GetValue(), &value) != nil || value.Type != "base64" {
			continue
		}
		raw := value.Value
		if at := strings.IndexByte(raw, ','); at >= 0 && strings.HasPrefix(raw, "data:") {
			raw = raw[at+1:]
		}
		size, format, err := image.DecodeConfig(decoded(raw))
		if err != nil || format != "jpeg" && format != "png" {
			return picture{}, false
		}
		return picture{base64: raw, width: size.Width, height: size.Height, kind: "image/" + format}, true
	}
	return picture{}, false
}

func decoded(text string) io.Reader {
	return base64.NewDecoder(base64.StdEncoding, strings.NewReader(text))
}

// sample answers with the first sample picture of a link, as bytes. Anyone with the link
// gets the same picture in the view.
func (h *Handlers) sample(w http.ResponseWriter, r *http.Request, token string) {
	view, err := h.view(r, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	p, ok := firstPicture(view)
	if !ok {
		reply.Error(w, errs.NotFound("this link has no sample picture"))
		return
	}
	raw, err := io.ReadAll(decoded(p.base64))
	if err != nil {
		reply.Error(w, errs.NotFound("this link has no sample picture"))
		return
	}
	tag := fmt.Sprintf("%q", base64.RawURLEncoding.EncodeToString(sum(raw)))
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache") // revalidate each time: the link may be revoked
	header.Set("ETag", tag)
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", p.kind)
	reply.Body(w, r, http.StatusOK, raw)
}

func sum(raw []byte) []byte {
	s := sha256.Sum256(raw)
	return s[:18]
}
