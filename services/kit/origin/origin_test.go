package origin_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/origin"
)

func TestNormal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example": "https://a.example", "HTTPS://A.Example:443": "https://a.example", "http://a.example:80": "http://a.example",
		"https://a.example:80": "https://a.example:80", "http://localhost:08080": "http://localhost:8080", "https://[2001:DB8::1]:443": "https://[2001:db8::1]",
		"http://[::1]:8080": "http://[::1]:8080", "https://xn--bcher-kva.example": "https://xn--bcher-kva.example",
		"null": "", "": "", "*": "", "a.example": "", "ftp://a.example": "", "file://": "", "https://": "", "https://a.example/": "", "https://a.example/x": "", "https://a.example?": "",
		"https://a.example#": "", "https://u@a.example": "", "https://a.example:": "", "https://a.example:0": "", "https://a.example:65536": "", "https://*.example": "",
		"https://a.example b": "", "https://a.example, https://b.example": "", "https://a.example\x00": "", "//a.example": "",
	} {
		got, ok := origin.Normal(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestUnnamed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"http://localhost:8080": true, "http://127.0.0.1": true, "https://[::1]:1": true, "http://192.168.1.4:80": true,
		"http://localhost.example": false, "http://127.0.0.1.example": false, "http://2130706433": false, "http://keyhole.example": false,
	} {
		if got := origin.Unnamed(in); got != want {
			t.Errorf("%q: got %v", in, got)
		}
	}
}
