package share

import (
	"testing"
)

// A link is accepted in the forms in which people paste it.
func TestLinksAsPasted(t *testing.T) {
	t.Parallel()
	const token = "-bcdefghijklmnopqrstuvwxyz012_45"
	for _, text := range []string{
		token, " " + token + " ", "https://k.example/s/" + token, "https://k.example/s/" + token + "/", "https://k.example/s/" + token + "?ref=x",
		"https://k.example/s/" + token + "#top", "<https://k.example/s/" + token + ">", " https://k.example/s/" + token + "). ", token + ".",
		"https://k.example/embed/" + token + "?showGraph=1", "https://k.example/v1/shared/" + token + "?utm_source=mail", "/s/" + token,
		"see https://k.example/s/" + token + ", please", "“https://k.example/s/" + token + "”", "https://k.example/s/" + token + "/preview.png",
	} {
		if path, err := (Target{Link: text}).path(); err != nil || path != "/v1/shared/"+token {
			t.Errorf("%q: %s, %v", text, path, err)
		}
	}
}
