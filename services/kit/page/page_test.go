package page_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"pgregory.net/rapid"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

type cursor struct {
	Created int64
	ID      string
}

func tokens(t testing.TB, key string) *page.Tokens {
	t.Helper()
	tok, err := page.New(secret.FromString(key))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

const key = "0123456789abcdef0123456789abcdef"

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	tok := tokens(t, key)
	rapid.Check(t, func(t *rapid.T) {
		in := cursor{Created: rapid.Int64().Draw(t, "created"), ID: rapid.StringN(0, 40, 80).Draw(t, "id")}
		request := rapid.SliceOf(rapid.String()).Draw(t, "request")
		s, err := tok.Encode(in, request...)
		if err != nil {
			t.Fatal(err)
		}
		var out cursor
		if err := tok.Decode(s, &out, request...); err != nil || out.Created != in.Created {
			t.Fatalf("decoded %+v, %v; want %+v", out, err, in)
		}
	})
}

func TestForeignTokensAreRefused(t *testing.T) {
	t.Parallel()
	tok := tokens(t, key)
	good, err := tok.Encode(cursor{1, "wf_1"}, "ListShares", "workspaces/a")
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(good)
	raw[len(raw)-1] ^= 1
	for name, c := range map[string]struct {
		tok     *page.Tokens
		token   string
		request []string
	}{
		"other parent":   {tok, good, []string{"ListShares", "workspaces/b"}},
		"shifted":        {tok, good, []string{"ListSharesw", "orkspaces/a"}},
		"joined":         {tok, good, []string{"ListSharesworkspaces/a"}},
		"no request":     {tok, good, nil},
		"other key":      {tokens(t, strings.Repeat("x", 32)), good, []string{"ListShares", "workspaces/a"}},
		"changed":        {tok, base64.RawURLEncoding.EncodeToString(raw), []string{"ListShares", "workspaces/a"}},
		"cut":            {tok, good[:20], []string{"ListShares", "workspaces/a"}},
		"padded":         {tok, good + "=", []string{"ListShares", "workspaces/a"}},
		"line end":       {tok, good + "\n", []string{"ListShares", "workspaces/a"}},
		"not base64":     {tok, "%%%", []string{"ListShares", "workspaces/a"}},
		"plain JSON":     {tok, base64.RawURLEncoding.EncodeToString([]byte(`{"ID":"x"}`)), nil},
		"much too large": {tok, strings.Repeat("A", 1<<20), nil},
	} {
		var out cursor
		err := c.tok.Decode(c.token, &out, c.request...)
		if errs.CodeOf(err) != codes.InvalidArgument || errs.ReasonOf(err) != errorsv1.Reason_REASON_PAGE_TOKEN_INVALID {
			t.Errorf("%s: %v", name, err)
		}
		if out != (cursor{}) {
			t.Errorf("%s: something was decoded: %+v", name, out)
		}
	}
}

func TestTokenIsOpaque(t *testing.T) {
	t.Parallel()
	s, err := tokens(t, key).Encode(cursor{1, "wf_visible"})
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(s)
	if strings.Contains(string(raw), "visible") {
		t.Error("the cursor can be read")
	}
}

func TestFirstPage(t *testing.T) {
	t.Parallel()
	out := cursor{Created: 7}
	if err := tokens(t, key).Decode("", &out); err != nil || out.Created != 7 {
		t.Errorf("empty token: %+v, %v", out, err)
	}
}

func TestShortKeyIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := page.New(secret.FromString("short")); err == nil {
		t.Error("a short key is accepted")
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked int32
		want  int
	}{{0, 50}, {-1, 50}, {1, 1}, {100, 100}, {101, 100}, {1 << 30, 100}} {
		if got := page.Size(c.asked, 50, 100); got != c.want {
			t.Errorf("Size(%d) = %d, want %d", c.asked, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	tok := tokens(f, key)
	good, _ := tok.Encode(cursor{1, "x"}, "m")
	f.Add(good)
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		var out cursor
		if err := tok.Decode(s, &out, "m"); err == nil && s != "" && out.ID == "" {
			t.Errorf("forged: %q", s)
		}
	})
}
