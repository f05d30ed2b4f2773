package signin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// callback is the path below /app/ that the identity provider sends a browser back to.
	callback = "openid/callback"
	// home is the page for a browser that asked for no page, or for one outside the console.
	home = "/app"
	// openIDTimeout bounds the vault's calls to the provider.
	openIDTimeout = 45 * time.Second
)

// startOpenID begins a sign-in with the identity provider. The answer names the provider's page. What the browser has to
// bring back is in a cookie that no script can read.
func (h *Handler) startOpenID(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := h.Callers.CheckPrivate(r); err != nil {
		return nil, err
	}
	var wanted struct {
		Next string `json:"next"`
	}
	if err := h.decode(w, r, &wanted, `send {"next": "/app/..."}`); err != nil {
		return nil, err
	}
	begun, err := h.Internal.StartSignIn(h.Callers.Guest(ctx, r), &vaultinternalv1.StartSignInRequest{
		Next: localPath(wanted.Next), Origin: r.Header.Get("Origin"),
	})
	if err != nil {
		return nil, err
	}
	auth.SetFlow(w, begun.GetFlow(), begun.GetSeconds())
	return json.Marshal(location{begun.GetLocation()})
}

// finishOpenID takes the provider's answer. The browser continues to a page of the console in any case: a failure is a
// word in the address, which the sign-in page explains. No text of the provider is shown.
func (h *Handler) finishOpenID(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet { // no HEAD: a look at a link must not use it up
		reply.Error(w, reply.NoSuchPath(r))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), openIDTimeout)
	defer cancel()
	auth.ClearFlow(w)
	next, err := h.enterOpenID(ctx, w, r)
	if err != nil {
		next = home + "/sign-in?problem=" + problem(err)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (h *Handler) enterOpenID(ctx context.Context, w http.ResponseWriter, r *http.Request) (string, error) {
	if err := h.Callers.CheckPrivate(r); err != nil {
		return "", err
	}
	answer, err := oneOfEach(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	done, err := h.Internal.FinishSignIn(h.Callers.Guest(ctx, r), &vaultinternalv1.FinishSignInRequest{
		Flow: auth.Flow(r), State: answer["state"], Code: answer["code"], Issuer: answer["iss"], Error: answer["error"],
		Client: product(r.UserAgent()),
	})
	if err != nil {
		return "", err
	}
	h.end(ctx, r) // the browser forgets its old session now, so nobody should have it
	auth.SetCookie(w, done.GetSession().GetToken())
	return localPath(done.GetNext()), nil
}

// oneOfEach reads a query. A parameter that comes twice could mean either, so it is refused.
func oneOfEach(query string) (map[string]string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errs.InvalidArgument("the answer of the identity provider is malformed: start the sign-in again").Because(err)
	}
	one := map[string]string{}
	for name, sent := range values {
		if len(sent) > 1 {
			return nil, errs.InvalidArgument("the answer of the identity provider has a parameter twice: start the sign-in again")
		}
		one[name] = sent[0]
	}
	return one, nil
}

// problem is the word for a failure in the address.
func problem(err error) string {
	return strings.TrimPrefix(errs.ReasonOf(err).String(), "REASON_")
}

// consolePath is a path of the console. It has no second slash that would begin a host, no backslash, which browsers
// read as a slash, and no dot segment.
var consolePath = regexp.MustCompile(`^/app(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(\?[A-Za-z0-9._~=&%-]*)?$`)

// localPath returns a page of the console, so that nobody can send people elsewhere with a link to sign in.
func localPath(next string) string {
	if len(next) > 500 || !consolePath.MatchString(next) || strings.HasPrefix(next, home+"/openid") {
		return home
	}
	return next
}
