package secret_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const canary = "hunter2-canary-7f3a"

// forms are the shapes in which printing could show the canary: as text, as a list of
// decimal bytes, and as hex.
func forms() []string {
	var dec, goDec []string
	for _, b := range []byte(canary) {
		dec = append(dec, fmt.Sprint(b))
		goDec = append(goDec, fmt.Sprintf("0x%x", b))
	}
	return []string{
		canary, strings.Join(dec, " "), strings.Join(dec, ","), strings.Join(goDec, ", "),
		hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary))),
		"aHVudGVyMi1jYW5hcn", // base64, as encoding/json prints []byte
	}
}

func checkClean(t *testing.T, how, out string) {
	t.Helper()
	for _, f := range forms() {
		if strings.Contains(out, f) {
			t.Errorf("%s leaks: %s", how, out)
		}
	}
}

type exported struct{ Key secret.Secret }

type hidden struct{ key secret.Secret }

type deep struct {
	list []secret.Secret
	m    map[string]secret.Secret
	p    *secret.Secret
	any  any
	h    *hidden
}

func shapes() map[string]any {
	s := secret.FromString(canary)
	return map[string]any{
		"value": s, "pointer": &s, "exported field": exported{s}, "unexported field": hidden{s},
		"pointer to struct": &hidden{s}, "slice": []secret.Secret{s}, "slice of structs": []hidden{{s}},
		"map": map[string]secret.Secret{"k": s},
		"deep": deep{
			list: []secret.Secret{s}, m: map[string]secret.Secret{"k": s},
			p: &s, any: s, h: &hidden{s},
		},
	}
}

func TestPrintingShowsNothing(t *testing.T) {
	t.Parallel()
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%b", "%o", "%c", "%U", "%p", "%t"}
	for name, shape := range shapes() {
		for _, verb := range verbs {
			checkClean(t, name+" "+verb, fmt.Sprintf(verb, shape))
		}
		checkClean(t, name+" Sprint", fmt.Sprint(shape))
		checkClean(t, name+" error", fmt.Errorf("wrapping %v", shape).Error())
	}
}

func TestLoggingShowsNothing(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes() {
		var buf bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&buf, nil), slog.NewJSONHandler(&buf, nil)} {
			l := slog.New(h)
			l.InfoContext(context.Background(), "m", "k", shape, slog.Group("g", "k", shape))
		}
		checkClean(t, name+" slog", buf.String())
	}
}

func TestEncodingShowsNothing(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes() {
		if b, err := json.Marshal(shape); err == nil {
			checkClean(t, name+" json", string(b))
		}
		if b, err := xml.Marshal(shape); err == nil {
			checkClean(t, name+" xml", string(b))
		}
		var buf bytes.Buffer
		if err := gob.NewEncoder(&buf).Encode(shape); err == nil {
			checkClean(t, name+" gob", buf.String())
		}
	}
}

// This checks the checker: the plain design that the package avoids must be detected.
func TestPlainBytesWouldLeak(t *testing.T) {
	t.Parallel()
	type plain struct{ b []byte }
	out := fmt.Sprintf("%v", struct{ k plain }{plain{[]byte(canary)}})
	if !strings.Contains(out, forms()[1]) {
		t.Fatalf("the detector no longer sees byte lists: %s", out)
	}
}

func TestEqualAndZero(t *testing.T) {
	t.Parallel()
	a, b := secret.FromString("a"), secret.FromString("b")
	if !a.Equal(secret.New([]byte("a"))) || a.Equal(b) || a.Equal(secret.FromString("aa")) {
		t.Error("Equal does not compare the bytes")
	}
	var zero secret.Secret
	if !zero.IsZero() || zero.Len() != 0 || zero.Expose() != nil || !zero.Equal(secret.FromString("")) {
		t.Error("the zero Secret is not empty")
	}
	zero.Destroy()
}

func TestDestroyOverwrites(t *testing.T) {
	t.Parallel()
	b := []byte(canary)
	s := secret.New(b)
	other := s
	s.Destroy()
	if !other.IsZero() {
		t.Error("a copy still holds the bytes")
	}
	if !bytes.Equal(b, make([]byte, len(b))) {
		t.Errorf("memory not cleared: %q", b)
	}
}
