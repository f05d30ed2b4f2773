package gateway

import (
	"context"
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/preview"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Pages for people:
//
//	GET /s/{token}              the share page
//	GET /embed/{token}          the same for frames, where the owner allows it
//	GET /s/{token}/preview.png  the graph, for link previews
//	GET /assets/{file}          what the pages load
//
// A page is the same document for every link: what it shows it fetches from /v1
// by itself. Only its title and preview are the server's.

// headWait is how long a page waits for its own title: whoever serves the page
// may be up while what is behind is slow, and then the page says so.
const headWait = 1500 * time.Millisecond

var linkToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// serveShare is everything under /s: pages on GET, Roboflow's clients on POST.
func (g *Gateway) serveShare(w http.ResponseWriter, r *http.Request, rest string) {
	token, sub, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case reading && (!linkToken.MatchString(token) || sub != "" && nothing(sub)):
		redirectPasted(w, "s", rest)
	case !linkToken.MatchString(token), !reading, sub != "" && sub != "preview.png":
		g.serveRoboflow(w, r, "s", rest)
	case sub == "preview.png":
		g.servePreview(w, r, token)
	default:
		g.servePage(w, r, token, false)
	}
}

func (g *Gateway) serveEmbed(w http.ResponseWriter, r *http.Request, token string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		reply.Error(w, reply.NoSuchPath(r))
		return
	}
	if !linkToken.MatchString(strings.TrimSuffix(token, "/")) {
		redirectPasted(w, "embed", token)
		return
	}
	g.servePage(w, r, strings.TrimSuffix(token, "/"), true)
}

// servePage writes the document. A link that does not work still gets it, with
// the status that says so: the page explains.
func (g *Gateway) servePage(w http.ResponseWriter, r *http.Request, token string, embed bool) {
	view, err := g.viewOf(r, token)
	status := http.StatusOK
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_FOUND {
		status = http.StatusNotFound
	}
	var frames []string
	if embed {
		frames = view.GetFrameOrigins()
	}
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", pagePolicy(nonce, frames))
	h.Set("Permissions-Policy", "camera=(self), clipboard-write=(self), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("X-Robots-Tag", "noindex, nofollow") // whoever has the link may open it; a search engine is not asked
	if !embed {
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	head := g.head(r, token, nonce, view)
	reply.Body(w, r, status, append(append(append([]byte(nil), g.assets.before...), head...), g.assets.after...))
}

// viewOf asks for the view as a guest: a page is for whoever holds the link.
func (g *Gateway) viewOf(r *http.Request, token string) (*sharingv1.SharedWorkflow, error) {
	ctx, cancel := context.WithTimeout(r.Context(), headWait)
	defer cancel()
	return g.sharing.GetSharedWorkflow(g.auth.Guest(ctx, r), &sharingv1.GetSharedWorkflowRequest{Token: token})
}

// pagePolicy lets a page load and call its own origin alone. The nonce is for the
// few styles that components write themselves; no script has one.
func pagePolicy(nonce string, frames []string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data: blob:; font-src 'self'; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors " +
		frameAncestors(frames)
}

// frameAncestors are the origins that may frame. What is not plainly an origin is
// left out: it could add a directive of its own.
func frameAncestors(origins []string) string {
	var out []string
	for _, o := range origins {
		if o == "*" {
			return "*"
		}
		if origin, ok := plainOrigin(o); ok {
			out = append(out, origin)
		}
	}
	if len(out) == 0 {
		return "'none'"
	}
	return strings.Join(out, " ")
}

var hostPort = regexp.MustCompile(`^(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?$`)

func plainOrigin(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !hostPort.MatchString(u.Host) || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}

// head is what the server knows of a link: title, text and picture for previews.
// Every value is text from a stranger and is escaped.
func (g *Gateway) head(r *http.Request, token, nonce string, view *sharingv1.SharedWorkflow) []byte {
	var b strings.Builder
	meta := func(attribute, name, content string) {
		fmt.Fprintf(&b, "<meta %s=\"%s\" content=\"%s\">\n", attribute, name, html.EscapeString(content))
	}
	title, text := "A shared workflow", "A workflow shared with Keyhole."
	if view != nil {
		title, text = view.GetTitle(), described(view)
	}
	fmt.Fprintf(&b, "<title>%s · Keyhole</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, "<meta property=\"csp-nonce\" nonce=\"%s\">\n", nonce)
	meta("name", "keyhole-max-body", strconv.FormatInt(g.cfg.MaxBody, 10))
	meta("name", "description", text)
	meta("property", "og:type", "website")
	meta("property", "og:site_name", "Keyhole")
	meta("property", "og:title", title)
	meta("property", "og:description", text)
	if base, ok := g.base(r); ok && view != nil {
		link := base + "/s/" + token
		meta("property", "og:url", link)
		meta("property", "og:image", link+"/preview.png")
		meta("property", "og:image:width", strconv.Itoa(preview.Width))
		meta("property", "og:image:height", strconv.Itoa(preview.Height))
		meta("property", "og:image:alt", "The blocks of the workflow and how they are connected")
		meta("name", "twitter:card", "summary_large_image")
	}
	if g.assets.built {
		fmt.Fprintf(&b, "<link rel=\"preload\" href=\"/v1/shared/%s\" as=\"fetch\" crossorigin>\n", token)
	}
	return []byte(b.String())
}

func described(view *sharingv1.SharedWorkflow) string {
	if view.GetDescription() != "" {
		return view.GetDescription()
	}
	return "A workflow of " + view.GetOwner() + ". " + view.GetTerms().GetSummary()
}

// base is where visitors reach this server. Without a configured address it is
// the one that this very request was sent to.
func (g *Gateway) base(r *http.Request) (string, bool) {
	if g.cfg.PublicURL != "" {
		return strings.TrimSuffix(g.cfg.PublicURL, "/"), true
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host, hostPort.MatchString(r.Host)
}

// servePreview answers with the graph as PNG. It shows what the page's first screen
// shows to anyone, and nothing of a run.
func (g *Gateway) servePreview(w http.ResponseWriter, r *http.Request, token string) {
	view, err := g.viewOf(r, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	subject := preview.Subject(view)
	tag := preview.Tag(subject)
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache") // revalidate each time: the link may be revoked
	h.Set("ETag", `"`+tag+`"`)
	if r.Header.Get("If-None-Match") == `"`+tag+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	raw, err := g.previews.PNG(tag, subject)
	if err != nil {
		reply.Error(w, err)
		return
	}
	h.Set("Content-Type", "image/png")
	reply.Body(w, r, http.StatusOK, raw)
}
