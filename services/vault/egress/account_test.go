package egress

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress/signature"
)

const accountID = "AC0123456789abcdef0123456789abcdef"

func accountSlots() Slots {
	return Slots{{Kind: Account, Secret: secret.FromString(accountID)}, {Kind: Basic, Secret: secret.FromString(canary)}}
}

func accountRequest(t *testing.T, address string, slots Slots) Request {
	t.Helper()
	req := credentialed(t, address)
	req.Method, req.Slots, req.Body = http.MethodPost, slots, strings.NewReader("To=1")
	return req
}

// The account and the password arrive at their places, and of the answer only the status and the code of an error get
// out, however the provider repeats the account.
func TestAccount(t *testing.T) {
	t.Parallel()
	var answer string
	status := http.StatusCreated
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte(accountID+":"+canary))
		if r.Header.Get("Authorization") != want || r.URL.Path != "/2010-04-01/Accounts/"+accountID+"/Messages.json" {
			t.Errorf("%s %s", r.URL.Path, r.Header)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	})
	c := client(t, []string{s.hostPort()})
	address := s.URL + "/2010-04-01/Accounts/$credentials/Messages.json"
	for said, want := range map[string]string{
		`{"sid":"SM1","account_sid":"` + accountID + `"}`:                                      "201 ",
		`{"code":21211,"message":"To is not valid","status":400}`:                              "400 21211",
		`{"code":20404,"message":"The resource /Accounts/` + accountID + ` was not found"}`:    "404 20404",
		`{"code":20003,"message":"` + canary + `"}`:                                            "401 20003",
		`{"code":"` + accountID + `"}`:                                                         "500 ",
		`{"message":"` + strings.Repeat(accountID, 4000) + `","code":12345}`:                   "503 ",
		`<html>` + base64.StdEncoding.EncodeToString([]byte(accountID+":"+canary)) + `</html>`: "502 ",
	} {
		answer = said
		_, _ = fmt.Sscan(want, &status)
		resp, body, err := read(t, c, accountRequest(t, address, accountSlots()))
		if err != nil {
			t.Errorf("%.60s: %v", said, err)
			continue
		}
		if got := fmt.Sprint(resp.Status, " ", resp.Header.Get(HeaderCode)); got != want || body != "" {
			t.Errorf("%.60s: %q %q, want %q", said, got, body, want)
		}
	}
}

func TestAccountRefuses(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, func(http.ResponseWriter, *http.Request) {})
	c := client(t, []string{s.hostPort()})
	account := func(value string) *Slot { return &Slot{Kind: Account, Secret: secret.FromString(value)} }
	password := &Slot{Kind: Basic, Secret: secret.FromString(canary)}
	key := &Slot{Kind: Signature, Secret: secret.FromString(canary)}
	for name, tc := range map[string]struct {
		path  string
		slots Slots
	}{
		"an account alone":       {"/$credentials", Slots{account(accountID)}},
		"a key alone":            {"/x", Slots{key}},
		"a key elsewhere":        {"/x", Slots{account(accountID), key}},
		"two places":             {"/$credentials/$credentials", Slots{account(accountID), password}},
		"another user":           {"/$credentials", Slots{account(accountID), {Kind: Basic, Name: "me", Secret: secret.FromString(canary)}}},
		"two accounts":           {"/$credentials", Slots{account(accountID), account("AC1"), password}},
		"a password and a key":   {"/x", Slots{account(accountID), password, key}},
		"an account with a path": {"/$credentials", Slots{account("AC/../../x"), password}},
		"dots":                   {"/$credentials", Slots{account(".."), password}},
		"a line break":           {"/$credentials", Slots{account("AC\r\nX: y"), password}},
		"a colon":                {"/$credentials", Slots{account("AC:x"), password}},
		"a bearer":               {"/$credentials", Slots{account(accountID), bearer()}},
	} {
		_, _, err := read(t, c, accountRequest(t, s.URL+tc.path, tc.slots))
		if err == nil || err.Kind != RefusedRequest && err.Kind != RefusedDestination || !err.Unsent || strings.Contains(err.Message, accountID) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.requests.Load() != 0 {
		t.Errorf("%d requests were sent", s.requests.Load())
	}
}

const bucket = "https://frames.s3.eu-central-1.amazonaws.com"

func signedRequest(t *testing.T, path string) Request {
	t.Helper()
	req := credentialed(t, bucket+path)
	req.Method, req.Body = http.MethodPut, bytes.NewBufferString("a,b")
	req.Slots = Slots{{Kind: Account, Secret: secret.FromString("AKIAIOSFODNN7EXAMPLE")}, {Kind: Signature, Secret: secret.FromString(canary)}}
	return req
}

// A key signs one kind of request: it stores an object in the bucket that the destination names.
func TestSignatureIsForAnObject(t *testing.T) {
	t.Parallel()
	c := client(t, nil)
	for name, change := range map[string]func(*Request){
		"GET":               func(r *Request) { r.Method = http.MethodGet },
		"DELETE":            func(r *Request) { r.Method = http.MethodDelete },
		"a policy":          func(r *Request) { r.URL = bucket + "/x?policy" },
		"the bucket":        func(r *Request) { r.URL = bucket + "/" },
		"another bucket":    func(r *Request) { r.URL = "https://other.s3.eu-central-1.amazonaws.com/x" },
		"another region":    func(r *Request) { r.URL = "https://frames.s3.us-east-1.amazonaws.com/x" },
		"a path to another": func(r *Request) { r.URL = "https://s3.eu-central-1.amazonaws.com/frames/x" },
		"a stream":          func(r *Request) { r.Body = strings.NewReader("a,b") },
	} {
		req := signedRequest(t, "/a/b.csv")
		change(&req)
		_, _, err := read(t, c, req)
		if err == nil || err.Kind != RefusedRequest && err.Kind != RefusedDestination || !err.Unsent {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The head that is sent has the signature of the published algorithm, no key, and no header of the caller that could
// change who may read the object.
func TestSignedHead(t *testing.T) {
	t.Parallel()
	req := signedRequest(t, "/a/b%20c.csv")
	req.Header = http.Header{"X-Amz-Acl": {"public-read"}, "Content-Type": {"text/csv"}, "Authorization": {"mine"}, "X-Amz-Security-Token": {"mine"}}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := client(t, nil)
	to, header, err := c.prepare(&req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := prefetch(req.Body, true)
	if err != nil {
		t.Fatal(err)
	}
	r := &http.Request{Method: req.Method, URL: to.url(), Host: to.host(), Header: header}
	req.Slots.fill(r, body.sum, now)
	sum := signature.Sum([]byte("a,b"))
	want := signature.Authorization(signature.Request{
		Method: "PUT", Host: "frames.s3.eu-central-1.amazonaws.com", Path: "/a/b%20c.csv", Time: now, Region: "eu-central-1",
		Headers: map[string]string{"x-amz-date": "20260102T030405Z", "x-amz-content-sha256": sum},
	}, "AKIAIOSFODNN7EXAMPLE", secret.FromString(canary))
	if r.Header.Get("Authorization") != want || r.Header.Get("X-Amz-Content-Sha256") != sum || r.Header.Get("X-Amz-Acl") != "" || r.Header.Get("X-Amz-Security-Token") != "" {
		t.Errorf("%v, want %s", r.Header, want)
	}
	if strings.Contains(fmt.Sprint(r.URL, r.Header), canary[8:24]) {
		t.Error("the key is in the head")
	}
}
