package egress

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestParseDestination(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://api.openai.com":           "https://api.openai.com:443",
		"https://api.openai.com/":          "https://api.openai.com:443",
		"HTTPS://API.OpenAI.com:8443":      "https://api.openai.com:8443",
		"http://127.0.0.1:18099":           "http://127.0.0.1:18099",
		"http://example.com":               "http://example.com:80",
		"https://[2606:4700::1111]":        "https://[2606:4700::1111]:443",
		"https://[2606:4700:0:0::1111]:1":  "https://[2606:4700::1111]:1",
		"https://a-b.c9.example.org:65535": "https://a-b.c9.example.org:65535",
	} {
		d, err := ParseDestination(in)
		if err != nil || d.String() != want {
			t.Errorf("%s: %v, %v; want %s", in, d, err, want)
			continue
		}
		if again, err := ParseDestination(d.String()); err != nil || again != d {
			t.Errorf("%s is not stable: %v, %v", d, again, err)
		}
	}
}

// refused lists texts that are not valid URLs here.
var refused = []string{
	"", "https://", "https:///path", "https:/host", "https:host", "//host", "host", "ftp://host.com", "file:///etc/passwd", "unix:///run/s.sock", "javascript:alert(1)",
	"https://api.openai.com.", "https://.api.openai.com", "https://api..openai.com", "https://openai.com@evil.com", "https://user:pass@openai.com", "https://openai.com%40evil.com",
	"https://openai.com%2eevil.com", "https://openai%2ecom", "https://evil.com\\@openai.com", "https:\\\\openai.com", "https://openai.com\\.evil.com", "https://openai.com#@evil.com", "https://openai.com/#fragment",
	"https://xn--openi-3ya.com", "https://оpenai.com", "https://openai。com", "https://openai．com", "https://①②⑦.0.0.1", "https://ex_ample.com", "https://-a.com", "https://a-.com",
	"https://openai.com:0", "https://openai.com:65536", "https://openai.com:", "https://openai.com:+443", "https://openai.com:0443", "https://openai.com:443:80", "https://openai.com:443a", "https://openai.com: 443",
	"https://openai.com\t", "https://open\tai.com", "https://openai.com\r\nHost: evil", "https://openai.com/\r\nX: y", " https://openai.com", "https://openai.com/a b", "https://openai.com/\x00",
	"https://2130706433", "https://0x7f000001", "https://0x7f.1", "https://0177.0.0.1", "https://017700000001", "https://127.1", "https://127.0.1", "https://127.0.0.1.", "https://127.0.0.01", "https://127.0.0.256", "https://1.2.3.4.5", "https://0x7f.0.0.0x1",
	"https://[::1%25lo]", "https://[fe80::1%25eth0]", "https://[::ffff:127.0.0.1]", "https://[::ffff:8.8.8.8]", "https://[::ffff:7f00:1]", "https://[::1", "https://::1", "https://[127.0.0.1]", "https://[::1]x", "https://[]", "https://[::1]:",
	"https://openai.com/../x", "https://openai.com/a/..", "https://openai.com/./x", "https://openai.com/%2e%2e/x", "https://openai.com/%2E%2e", "https://openai.com/a/.%2e/b", "https://openai.com/..;x/b", "https://openai.com/a%5c..", "https://openai.com/%0d%0aHost:x", "https://openai.com/%00", "https://openai.com/..%2fadmin",
	"https://openai.com/%", "https://openai.com/%4", "https://openai.com/%zz", "https://openai.com/?a=%",
	"https://" + strings.Repeat("a", 64) + ".com", "https://" + strings.Repeat("a.", 130) + "com", "https://openai.com/" + strings.Repeat("a", maxURL),
}

func TestRefusedURLs(t *testing.T) {
	t.Parallel()
	for _, s := range refused {
		_, err := parse(s)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != RefusedDestination || len(e.Message) < 20 {
			t.Errorf("%.80q: %v", s, err)
		}
	}
	if _, err := ParseDestination("https://openai.com/v1"); err == nil {
		t.Error("a destination with a path is taken")
	}
}

func TestURLIsSentAsWritten(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"https://h.com/a%2Fb/c?x=%20+y&z", "https://h.com//double", "https://h.com/v1/models/a:generate", "https://h.com/a;b=c/d", "https://h.com/?q=../..", "https://h.com:8443/~x/(y)'",
	} {
		tg, err := parse(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if got := tg.String(); got != s {
			t.Errorf("%s became %s", s, got)
		}
	}
}

// FuzzParse compares the parser with net/url: both read an accepted URL alike, and writing
// and parsing it again changes nothing.
func FuzzParse(f *testing.F) {
	for _, s := range refused {
		f.Add(s)
	}
	f.Add("https://a.com:81/x%2f?y=z")
	f.Add("http://[2001:db8::1]:80//")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parse(s)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("%q: error of type %T", s, err)
			}
			return
		}
		u, err := url.Parse(s)
		if err != nil {
			t.Fatalf("%q is taken, and net/url says %v", s, err)
		}
		if u.User != nil || u.Fragment != "" || u.Opaque != "" || u.Scheme != got.Scheme {
			t.Fatalf("%q is read as %+v, by net/url as %+v", s, got, u)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.String() != got.Host || err != nil && strings.ToLower(u.Hostname()) != got.Host {
			t.Fatalf("%q: host %q, by net/url %q", s, got.Host, u.Hostname())
		}
		again, err := parse(got.String())
		if err != nil || again.Destination != got.Destination || again.query != got.query {
			t.Fatalf("%q became %q: %+v, %v", s, got.String(), again, err)
		}
		if strings.Contains(got.url().RequestURI(), "://") && !strings.HasPrefix(got.url().RequestURI(), "/") {
			t.Fatalf("%q is sent in absolute form", s)
		}
	})
}

func TestRules(t *testing.T) {
	t.Parallel()
	rules, err := ParseRules([]string{"127.0.0.1:18099", " 10.0.0.0/8 ", "ollama:11434", "[::1]:8080", "", "cdn.example.com:80"}, false)
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]Kind{
		"https://api.openai.com": 0, "http://api.openai.com": RefusedDestination, "https://8.8.8.8": 0, "http://8.8.8.8": RefusedDestination,
		"http://127.0.0.1:18099": 0, "https://127.0.0.1:18099": 0, "http://127.0.0.1:18098": RefusedAddress, "https://127.0.0.1": RefusedAddress,
		"http://10.1.2.3:5": 0, "http://11.1.2.3": RefusedDestination, "http://ollama:11434": 0, "http://ollama": RefusedAddress, "https://ollama": RefusedAddress,
		"http://[::1]:8080": 0, "http://[::1]:8081": RefusedAddress, "https://[::]:8080": RefusedAddress, "http://cdn.example.com": 0, "http://cdn.example.com:81": RefusedDestination,
		"https://localhost": RefusedAddress, "https://a.localhost": RefusedAddress, "https://metadata.google.internal": RefusedAddress, "https://kubernetes": RefusedAddress, "https://printer.local": RefusedAddress,
		"https://169.254.169.254": RefusedAddress, "https://[fd00:ec2::254]": RefusedAddress,
	} {
		d, err := ParseDestination(s)
		if err != nil {
			t.Fatal(err)
		}
		if e, _ := errors.AsType[*Error](rules.Check(d)); e == nil && want != 0 || e != nil && e.Kind != want {
			t.Errorf("%s: %v, want kind %q", s, e, want)
		}
	}
	for _, bad := range []string{"127.0.0.1", "ollama", "10.0.0.0/33", "http://x:80", "x:0", "x:65536", "*", "*:80", "x:80/y", "[::1]", "x:80:"} {
		if _, err := ParseRules([]string{bad}, false); err == nil {
			t.Errorf("the list takes %q", bad)
		}
	}
	open, err := ParseRules(nil, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := open.Check(Destination{"http", "example.com", 80}); err != nil {
		t.Errorf("plaintext is refused where the operator allows it: %v", err)
	}
}
