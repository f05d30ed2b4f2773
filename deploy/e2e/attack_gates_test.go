package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/node"
	kitrpc "github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	links "github.com/keyhole-dev/keyhole/services/sharing/link"
)

const (
	gatePassword = "correct horse battery"
	// behindGate is in the definition and in the description of a gated workflow.
	behindGate = "behind-the-gate"
)

// gateVisitor is a visitor with a key, who may show a pass.
type gateVisitor struct {
	*tenant
	pass string
}

func (v gateVisitor) ask(t *testing.T, method, path string, body any, more ...string) reply {
	t.Helper()
	return v.call(t, method, path, body, append(more, v.header()...)...)
}

func (v gateVisitor) header() []string {
	if v.pass == "" {
		return nil
	}
	return []string{"Link-Pass", v.pass}
}

// begins returns the status and the first bytes of an answer that may be a stream.
func (v gateVisitor) begins(t *testing.T, path string) reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.in.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+v.key)
	if v.pass != "" {
		r.Header.Set("Link-Pass", v.pass)
	}
	got, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	if got.StatusCode == http.StatusOK {
		return reply{status: got.StatusCode}
	}
	w := httptest.NewRecorder()
	_ = got.Write(w)
	return reply{status: got.StatusCode, body: w.Body.Bytes()}
}

// unlock passes the password of a gate.
func (v gateVisitor) unlock(t *testing.T, token string) gateVisitor {
	t.Helper()
	got := v.ask(t, http.MethodPost, "/v1/shared/"+token+":unlock", object{"password": gatePassword})
	v.in.planted.add(linkPass, got.text("pass"))
	v.pass = got.text("pass")
	if v.pass == "" {
		t.Fatalf("unlock: %s", got)
	}
	return v
}

// passUntil makes the pass that a gate of the first epoch gives for its password, with another end.
func (in *installation) passUntil(t *testing.T, share string, end time.Time) string {
	t.Helper()
	secret, err := node.KeyFile(filepath.Join(in.dir, "keys"), "links")
	if err != nil {
		t.Fatal(err)
	}
	key, err := links.New(secret, "")
	if err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint64([]byte{1}, uint64(end.Unix()))
	uid := share[strings.LastIndex(share, "/")+1:]
	pass := kitrpc.PassPrefix + base64.RawURLEncoding.EncodeToString(append(head, key.PassMAC(uid, 1, 1, head)[:24]...))
	in.planted.add(linkPass, pass)
	return pass
}

// TestAttackGatesOverHTTP multiplies gates, entries and states. TestAttackGates in services/sharing does
// the same with the RPCs that all of these entries call.
func TestAttackGatesOverHTTP(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "every entry of a link with a gate, without what the gate asks for")
	in := install(t, oneProcess, options{})
	owner, visitor, stranger := in.tenant(t), gateVisitor{tenant: in.tenant(t)}, gateVisitor{tenant: in.tenant(t)}
	entries := linkEntries(in.dial(t, in.grpc["all"], ""))
	gates := map[string]object{
		"password":   {"password": gatePassword},
		"membership": {"workspaces": []string{visitor.name}},
		"both":       {"password": gatePassword, "workspaces": []string{visitor.name}},
	}
	for id, gate := range gates {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			share, token := owner.everyEntry(t, id, object{"gate": gate})
			visitor, wrong := visitor, stranger
			if gate["password"] != nil {
				visitor = visitor.unlock(t, token)
				wrong.pass = visitor.pass[:len(visitor.pass)-2] + "zz"
				if id == "both" {
					wrong.pass = visitor.pass
				}
			}
			cell := func(state string, v gateVisitor, token string, want int, more map[string]int) {
				for name, enter := range entries {
					expected := want
					if special, ok := more[name]; ok {
						expected = special
					}
					got := enter(t, v, token)
					leaks := got.status != http.StatusOK && (strings.Contains(string(got.body), behindGate) || strings.Contains(string(got.body), visitor.name))
					a.Attempt(got.status == expected && !leaks, "%s, %s, %s: %s, want %d", id, name, state, got, expected)
				}
			}
			// Documents and pictures are the same for all visitors without a pass.
			document := statusOf(http.StatusUnauthorized, documents)
			opened, ended, paused := document, http.StatusUnauthorized, document
			if gate["workspaces"] == nil {
				opened = nil
			}
			if gate["password"] == nil {
				ended = http.StatusOK // who the visitor is does not end
				paused = statusOf(http.StatusForbidden, runEntries)
				maps.Copy(paused, document)
			}
			cell("right", visitor, token, http.StatusOK, opened)
			cell("none", gateVisitor{tenant: stranger.tenant}, token, http.StatusUnauthorized, nil)
			cell("wrong", wrong, token, http.StatusUnauthorized, nil)
			if gate["password"] != nil {
				until := func(end time.Time) gateVisitor {
					return gateVisitor{tenant: visitor.tenant, pass: in.passUntil(t, share, end)}
				}
				cell("an early end", until(time.Now().Add(time.Hour)), token, http.StatusOK, opened)
				cell("expired", until(time.Now().Add(-time.Second)), token, http.StatusUnauthorized, nil)
			}
			owner.post(t, "/v1/"+share+":pause", object{})
			cell("paused", visitor, token, ended, paused)
			owner.post(t, "/v1/"+share+":resume", object{})
			cell("resumed", visitor, token, ended, document)
			rotated := owner.post(t, "/v1/"+share+":rotate", object{}).text("token")
			in.planted.add(link, rotated)
			cell("rotated", visitor, token, http.StatusNotFound, nil)
			cell("rotated, at the new link", visitor, rotated, ended, document)
			cell("the owner", gateVisitor{tenant: owner}, rotated, http.StatusOK, document)
			owner.expire(t, share)
			cell("the end of the link, and none", gateVisitor{tenant: stranger.tenant}, rotated, http.StatusUnauthorized, nil)
			cell("the end of the link, for its owner", gateVisitor{tenant: owner}, rotated, http.StatusForbidden, document)
		})
	}
}

// A browser keeps the pass of a link in a cookie that only pages of the installation use, and only for
// this link.
func TestAttackPassInABrowser(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S1", "the pass of a link in a browser, from other sites and at other links")
	in := install(t, oneProcess, options{})
	owner := in.tenant(t)
	flow := owner.workflow(t, "plain", plain())
	_, token := owner.share(t, flow, object{"gate": object{"password": gatePassword}})
	_, other := owner.share(t, flow, object{"gate": object{"password": gatePassword}})
	guest := in.guest()
	here := []string{"Sec-Fetch-Site", "same-origin", "Origin", in.base}
	unlock := func(header ...string) reply {
		return guest.call(t, http.MethodPost, "/s/"+token+"/unlock", object{"password": gatePassword}, header...)
	}
	for name, header := range map[string][]string{
		"another site": {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, "a neighbour": {"Sec-Fetch-Site", "same-site"},
		"a form": append([]string{"Content-Type", "application/x-www-form-urlencoded"}, here...),
	} {
		got := unlock(header...)
		a.Attempt(got.status >= 400 && len(got.header.Values("Set-Cookie")) == 0, "%s passes a gate: %s", name, got)
	}
	set := unlock(here...).header.Values("Set-Cookie")
	if len(set) != 1 || !strings.HasPrefix(set[0], "__Host-keyhole-link-") || !strings.Contains(set[0], "HttpOnly") || !strings.Contains(set[0], "Secure") {
		t.Fatalf("cookies: %q", set)
	}
	cookie, _, _ := strings.Cut(set[0], ";")
	_, pass, _ := strings.Cut(cookie, "=")
	in.planted.add(linkPass, pass)
	view := func(token string, header ...string) int {
		return guest.call(t, http.MethodGet, "/v1/shared/"+token, nil, header...).status
	}
	if got := view(token, append([]string{"Cookie", cookie}, here...)...); got != http.StatusOK {
		t.Errorf("the page gets %d", got)
	}
	for name, got := range map[string]int{
		"another site":              view(token, "Cookie", cookie, "Sec-Fetch-Site", "cross-site"),
		"another link":              view(other, append([]string{"Cookie", cookie}, here...)...),
		"another link, as its own":  view(other, append([]string{"Cookie", strings.Replace(cookie, cookie[:strings.Index(cookie, "=")], "__Host-keyhole-link-0011223344556677", 1)}, here...)...),
		"the cookie twice":          view(token, append([]string{"Cookie", cookie + "; " + cookie}, here...)...),
		"a header, at another link": view(other, "Link-Pass", pass),
		"as a key, at another link": view(other, "Authorization", "Bearer "+pass),
	} {
		a.Attempt(got == http.StatusUnauthorized, "%s: %d", name, got)
	}
	for name, header := range map[string][]string{"header": {"Link-Pass", pass}, "key": {"Authorization", "Bearer " + pass}} {
		if got := view(token, header...); got != http.StatusOK {
			t.Errorf("a client with the pass as %s gets %d", name, got)
		}
	}
	if got := guest.call(t, http.MethodGet, "/v1/whoami", nil, "Authorization", "Bearer "+pass); got.text("role") != "guest" {
		t.Errorf("the holder of a pass is %s", got)
	}
	got := guest.call(t, http.MethodPost, "/s/"+token+"/any/workflows/any", object{"api_key": pass, "inputs": object{}})
	if got.status != http.StatusOK {
		t.Errorf("Roboflow's clients with the pass as their key get %s", got)
	}
	got = guest.call(t, http.MethodPost, "/v1/sessions", object{}, "Authorization", "Bearer "+pass)
	a.Attempt(got.status == http.StatusUnauthorized || got.status == http.StatusForbidden, "a pass signs in: %s", got)
}

// Visitors who run through a gate stop within a second of its change.
func TestAttackARunBehindAChangedGate(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "T3", "runs in flight when the gate of their link changes")
	in := install(t, oneProcess, options{})
	provider := gated(t)
	owner := in.asker(t, provider.URL)
	share, token := owner.share(t, owner.path()+"/workflows/ask", object{"credentialAccess": "CREDENTIAL_ACCESS_OWNER", "gate": object{"password": gatePassword}})
	visitor := gateVisitor{tenant: in.tenant(t)}.unlock(t, token)
	open := provider.close()
	defer open()
	ended := make(chan reply, 1)
	go func() {
		r, _ := visitor.try(http.MethodPost, "/v1/shared/"+token+":run", question("x"), visitor.header()...)
		ended <- r
	}()
	for provider.count() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	owner.must(t, http.MethodPatch, "/v1/"+share, object{"gate": object{"password": gatePassword + " 2", "passwordRequired": true}})
	select {
	case r := <-ended:
		a.Attempt(r.reason() == "RUN_REVOKED", "the run ends with %s", r)
	case <-time.After(limit):
		a.Attempt(false, "the run does not end")
	}
}
