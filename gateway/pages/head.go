package pages

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/preview"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// head writes the head of the document: title, text and picture for previews. Of a link with a gate
// it has the title alone. Every value is text from a stranger and is escaped.
func (h *Handlers) head(r *http.Request, token, nonce string, view *sharingv1.SharedWorkflow, gated string) []byte {
	var b strings.Builder
	meta := func(attribute, name, content string) {
		fmt.Fprintf(&b, "<meta %s=\"%s\" content=\"%s\">\n", attribute, name, html.EscapeString(content))
	}
	title, text := "A shared workflow", "A workflow shared with Keyhole."
	if gated != "" {
		title, text = gated, "This link asks for something before it opens."
	}
	if view != nil {
		title, text = view.GetTitle(), described(view)
	}
	fmt.Fprintf(&b, "<title>%s · Keyhole</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, "<meta property=\"csp-nonce\" nonce=\"%s\">\n", nonce)
	meta("name", "keyhole-max-body", strconv.FormatInt(h.cfg.MaxBody, 10))
	if h.assets.console.built {
		meta("name", "keyhole-console", consolePath)
	}
	meta("name", "description", text)
	meta("property", "og:type", "website")
	meta("property", "og:site_name", "Keyhole")
	meta("property", "og:title", title)
	meta("property", "og:description", text)
	if base, ok := h.base(r); ok && view != nil {
		link := base + "/s/" + token
		meta("property", "og:url", link)
		meta("property", "og:image", link+"/preview.png")
		meta("property", "og:image:width", strconv.Itoa(preview.Width))
		meta("property", "og:image:height", strconv.Itoa(preview.Height))
		meta("property", "og:image:alt", "The blocks of the workflow and how they are connected")
		meta("name", "twitter:card", "summary_large_image")
		fmt.Fprintf(&b, "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"%s\" title=\"%s\">\n",
			html.EscapeString(base+"/oembed?url="+url.QueryEscape(link)), html.EscapeString(title))
	}
	if h.assets.share.built {
		fmt.Fprintf(&b, "<link rel=\"preload\" href=\"/v1/shared/%s\" as=\"fetch\" crossorigin fetchpriority=\"low\">\n", token)
	}
	return []byte(b.String())
}

// gatedTitle returns the title of a link whose gate the caller has not passed, or "".
func gatedTitle(err error) string {
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_GATE_REQUIRED {
		return ""
	}
	return errs.From(err).Metadata()["title"]
}

func described(view *sharingv1.SharedWorkflow) string {
	if view.GetDescription() != "" {
		return view.GetDescription()
	}
	return "A workflow of " + view.GetOwner() + ". " + view.GetTerms().GetSummary()
}

// base returns the address of the installation. If none is configured, it is the
// address of the request.
func (h *Handlers) base(r *http.Request) (string, bool) {
	if h.cfg.PublicURL != "" {
		return strings.TrimSuffix(h.cfg.PublicURL, "/"), true
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host, hostPort.MatchString(r.Host)
}
