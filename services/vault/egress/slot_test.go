package egress

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// seen is what the provider received.
type seen struct {
	Header           http.Header
	Host, URI, Body  string
	Length           int64
	TransferEncoding []string
}

// record returns a server that keeps the last request.
func record(t *testing.T) (*server, *seen) {
	t.Helper()
	last := &seen{}
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*last = seen{r.Header.Clone(), r.Host, r.RequestURI, string(body), r.ContentLength, r.TransferEncoding}
		_, _ = io.WriteString(w, "ok")
	})
	return s, last
}

func TestSlots(t *testing.T) {
	t.Parallel()
	s, last := record(t)
	c := client(t, []string{s.hostPort()})
	for name, tc := range map[string]struct {
		slot  Slot
		where func() string
		want  string
	}{
		"bearer": {Slot{Kind: Bearer}, func() string { return last.Header.Get("Authorization") }, "Bearer " + canary},
		"header": {Slot{Kind: Header, Name: "x-my-key"}, func() string { return last.Header.Get("X-My-Key") }, canary},
		"query":  {Slot{Kind: Query, Name: "key"}, func() string { return last.URI }, "/v1/x?a=1&key=" + canary},
		"basic": {
			Slot{Kind: Basic, Name: "user"},
			func() string { return last.Header.Get("Authorization") },
			"Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+canary)),
		},
	} {
		req := credentialed(t, s.URL+"/v1/x?a=1")
		tc.slot.Secret = secret.FromString(canary)
		req.Slots = Slots{&tc.slot}
		if _, _, e := read(t, c, req); e != nil {
			t.Fatalf("%s: %v", name, e)
		}
		if got := tc.where(); got != tc.want {
			t.Errorf("%s: the provider got %q", name, got)
		}
	}
}

// rivals are headers with which a caller could compete with the slot.
func rivals() http.Header {
	h := http.Header{"x-my-key": {"mine"}, "Connection": {"close, X-Hop"}, "X-Hop": {"mine"}}
	for _, n := range []string{
		"Authorization", "Cookie", "Proxy-Authorization", "Proxy-Anything", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "Range", "X-Http-Method-Override", "X-Forwarded-Host",
		"Host", "Content-Length", "Transfer-Encoding", "Upgrade", "Te", "Trailer", "Keep-Alive", "Expect", "Accept-Encoding",
	} {
		h.Set(n, "mine")
	}
	h.Set("Content-Type", "application/json")
	return h
}

func TestCallersCopiesAreDropped(t *testing.T) {
	t.Parallel()
	s, last := record(t)
	c := client(t, []string{s.hostPort()})
	req := credentialed(t, s.URL+"/?b=1&Key=mine&k%65y=mine&key[]=mine&key=&c=2")
	req.Header = rivals()
	req.Slots = Slots{&Slot{Kind: Header, Name: "X-My-Key", Secret: secret.FromString(canary)}}
	if _, _, e := read(t, c, req); e != nil {
		t.Fatal(e)
	}
	want := http.Header{"Accept-Encoding": {accepted}, "Content-Type": {"application/json"}, "User-Agent": {"Keyhole"}, "X-My-Key": {canary}}
	if diff := cmp.Diff(want, last.Header); diff != "" {
		t.Error(diff)
	}
	if last.Host != s.hostPort() {
		t.Errorf("Host is %s", last.Host)
	}
	req.Slots = Slots{&Slot{Kind: Query, Name: "key", Secret: secret.FromString(canary)}}
	if _, _, e := read(t, c, req); e != nil {
		t.Fatal(e)
	}
	if want := "/?b=1&c=2&key=" + canary; last.URI != want {
		t.Errorf("the query is %s", last.URI)
	}
	req.URL = s.URL + "/?a=1;key=mine"
	_, _, e := read(t, c, req)
	wantKind(t, "a semicolon", e, RefusedDestination)
}

// A plain fetch keeps the caller's own Authorization header, because it carries no secret
// of ours.
func TestPlainFetchKeepsTheCallersAuthorization(t *testing.T) {
	t.Parallel()
	s, last := record(t)
	if _, _, e := read(t, client(t, []string{s.hostPort()}), Request{Method: "POST", URL: s.URL, Header: rivals(), Body: strings.NewReader("{}")}); e != nil {
		t.Fatal(e)
	}
	if last.Header.Get("Authorization") != "mine" || last.Header.Get("Proxy-Authorization") != "" || last.Header.Get("X-Hop") != "" {
		t.Errorf("the provider got %v", last.Header)
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, hello)
	c := client(t, []string{s.hostPort()})
	many := http.Header{}
	for i := range maxHeaders + 1 {
		many.Add("X-A", string(rune('a'+i%26)))
	}
	for name, change := range map[string]func(*Request){
		"CONNECT":           func(r *Request) { r.Method = "CONNECT" },
		"TRACE":             func(r *Request) { r.Method = "TRACE" },
		"lower case":        func(r *Request) { r.Method = "get" },
		"no method":         func(r *Request) { r.Method = "" },
		"split method":      func(r *Request) { r.Method = "GET / HTTP/1.1\r\nX:" },
		"header name":       func(r *Request) { r.Header = http.Header{"X: y\r\nZ": {"1"}} },
		"header value":      func(r *Request) { r.Header = http.Header{"X": {"1\r\nAuthorization: x"}} },
		"many headers":      func(r *Request) { r.Header = many },
		"large headers":     func(r *Request) { r.Header = http.Header{"X": {strings.Repeat("a", maxHeaderBytes)}} },
		"no secret":         func(r *Request) { r.Slots[0].Secret = secret.Secret{} },
		"secret with CRLF":  func(r *Request) { r.Slots[0].Secret = secret.FromString(canary + "\r\nX: y") },
		"secret with blank": func(r *Request) { r.Slots[0].Secret = secret.FromString(canary + " ") },
		"slot in Host":      func(r *Request) { r.Slots[0].Kind, r.Slots[0].Name = Header, "host" },
		"slot in Proxy-X":   func(r *Request) { r.Slots[0].Kind, r.Slots[0].Name = Header, "proxy-x" },
		"slot name":         func(r *Request) { r.Slots[0].Kind, r.Slots[0].Name = Header, "a b" },
		"query no name":     func(r *Request) { r.Slots[0].Kind = Query },
		"basic colon":       func(r *Request) { r.Slots[0].Kind, r.Slots[0].Name = Basic, "a:b" },
		"no kind":           func(r *Request) { r.Slots[0].Kind = 0 },
	} {
		req := credentialed(t, s.URL)
		change(&req)
		_, _, e := read(t, c, req)
		wantKind(t, name, e, RefusedRequest)
	}
	if s.requests.Load() != 0 {
		t.Error("something was sent")
	}
}

func TestRequestBodies(t *testing.T) {
	t.Parallel()
	s, last := record(t)
	c := client(t, []string{s.hostPort()}, func(c *Config) { c.MaxRequestBytes = 300 << 10 })
	for _, size := range []int{0, 1, prefetchBytes - 1, prefetchBytes, 200 << 10, 300 << 10} {
		req := credentialed(t, s.URL)
		req.Method, req.Body = "POST", strings.NewReader(strings.Repeat("x", size))
		if _, _, e := read(t, c, req); e != nil {
			t.Fatalf("%d bytes: %v", size, e)
		}
		if len(last.Body) != size || (size < prefetchBytes && last.Length != int64(size)) {
			t.Errorf("of %d bytes came %d, announced as %d", size, len(last.Body), last.Length)
		}
	}
	for _, limit := range []int64{300 << 10, 10} {
		c := client(t, []string{s.hostPort()}, func(c *Config) { c.MaxRequestBytes = limit })
		req := credentialed(t, s.URL)
		req.Method, req.Body = "POST", strings.NewReader(strings.Repeat("x", int(limit)+1))
		_, _, e := read(t, c, req)
		wantKind(t, "over the limit", e, TooLarge)
	}
}

// Placeholders in what a caller sends are data.
func TestNothingIsSubstituted(t *testing.T) {
	t.Parallel()
	s, last := record(t)
	req := credentialed(t, s.URL+"/?q="+url.QueryEscape("{{secret}} $credentials.llm"))
	req.Method, req.Body = "POST", strings.NewReader("{{secret}} ${SECRET} $credentials.llm")
	req.Header = http.Header{"X-Note": {"Bearer {{secret}}"}}
	if _, _, e := read(t, client(t, []string{s.hostPort()}), req); e != nil {
		t.Fatal(e)
	}
	delete(last.Header, "Authorization")
	parts := []string{last.Body, last.URI}
	for _, v := range last.Header {
		parts = append(parts, v...)
	}
	if slices.ContainsFunc(parts, func(s string) bool { return strings.Contains(s, canary[8:24]) }) {
		t.Errorf("the secret is outside its slot: %v", parts)
	}
}

// The key in an address is shorter than a name in the same address. Each part that can be
// guarded is searched for, not only the longest.
func TestAttackAShorterKeyInAnAddress(t *testing.T) {
	t.Parallel()
	const key, id = "9f86d081884c7d659a2feaa0c55ad015", "5b1c7e90-3d42-4f8a-b6e1-0c9d27a4f835"
	for _, path := range []string{
		"/openai/deployments/my-very-long-deployment-name-for-production-westeurope?api-version=2024-02-01&api-key=" + key,
		"/v1beta/models/gemini-2.5-flash-preview-native-audio-dialog?key=" + key, "/" + id + "/run?key=" + key, "/" + key + "/" + id,
	} {
		s := serveTLS(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "no such key: "+key) })
		req := credentialed(t, s.URL+"/chat")
		req.Slots = Slots{{Kind: Address, Secret: secret.FromString(s.URL + path)}}
		_, body, e := read(t, client(t, []string{"127.0.0.0/8"}), req)
		wantKind(t, path+": "+body, e, Reflected)
	}
}

// TestAttackATokenInAHostNameIsGuarded: an answer that repeats the token in a host name is
// withheld.
func TestAttackATokenInAHostNameIsGuarded(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "an answer that repeats the token of a host name")
	for _, token := range []string{"eo1a2b3c4d5e6f7", "k3v9x2m7q4w8z1p6t5r0y3u8"} {
		slot := &Slot{Kind: Address, Secret: secret.FromString("https://" + token + ".m.pipedream.net/")}
		set, err := guard.New(slot.Hidden())
		if err != nil {
			t.Fatal(err)
		}
		for _, answer := range []string{"host: " + token + ".m.pipedream.net", hex.EncodeToString([]byte(token)), base64.StdEncoding.EncodeToString([]byte("at " + token))} {
			a.Attempt(guard.Stops(set.Check([]byte(answer))), "passes: %s", answer)
		}
		a.Attempt(!guard.Stops(set.Check([]byte("see m.pipedream.net for help"))), "ordinary text is withheld")
	}
}

// Azure takes its key in the header api-key, and the version of its API in the query. The
// caller's copy of the header is dropped, and the query stays.
func TestAzureKeyAndVersion(t *testing.T) {
	t.Parallel()
	s, last := record(t)
	req := credentialed(t, s.URL+"/openai/deployments/gpt/chat/completions?api-version=2024-02-01")
	req.Method, req.Body = "POST", strings.NewReader("{}")
	req.Header = http.Header{"Api-Key": {"mine"}, "Authorization": {"Bearer mine"}, "Content-Type": {"application/json"}}
	req.Slots = Slots{&Slot{Kind: Header, Name: "api-key", Secret: secret.FromString(canary)}}
	if _, _, e := read(t, client(t, []string{s.hostPort()}), req); e != nil {
		t.Fatal(e)
	}
	if got := last.Header.Values("Api-Key"); len(got) != 1 || got[0] != canary || last.Header.Get("Authorization") != "" {
		t.Errorf("the provider got %v", last.Header)
	}
	if want := "/openai/deployments/gpt/chat/completions?api-version=2024-02-01"; last.URI != want {
		t.Errorf("the query is %s", last.URI)
	}
}
