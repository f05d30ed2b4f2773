package e2e_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// sign renders a picture like a photograph of a sign: a gradient, noise, and two lines of
// text.
func sign(t testing.TB, lines ...string) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 800, 420))
	for y := range 420 {
		for x := range 800 {
			noise := uint8((x*7919 + y*104729) >> 3 % 13)
			m.SetRGBA(x, y, color.RGBA{uint8(120+x/12) + noise, uint8(150+y/8) + noise, 140 + noise, 255})
		}
	}
	draw.Draw(m, image.Rect(80, 60, 720, 360), image.NewUniform(color.RGBA{248, 246, 240, 255}), image.Point{}, draw.Src)
	parsed, err := opentype.Parse(gobold.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 72, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.RGBA{20, 24, 40, 255}), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(130, 165+i*120)
		d.DrawString(l)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func picture(raw []byte) object {
	return object{"type": "base64", "value": base64.StdEncoding.EncodeToString(raw)}
}

var demoLink = regexp.MustCompile(`/s/([A-Za-z0-9_-]{20,})`)

func (in *installation) demoToken(t testing.TB) string {
	t.Helper()
	m := demoLink.FindStringSubmatch(in.demo)
	if m == nil {
		t.Fatalf("the demo printed no link: %s", in.demo)
	}
	in.planted.add(link, m[1])
	return m[1]
}

// demoOwner is the owner of the demo's workspace, with its key.
func (in *installation) demoOwner(t testing.TB) *tenant {
	t.Helper()
	w := &tenant{client: &client{in: in}, name: "workspaces/demo"}
	w.key, w.keyName = in.newKey(t, in.operator(t), w.name, nil)
	return w
}

// photograph: a guest runs the owner's private model, and the owner is charged.
func photograph(t *testing.T, in *installation) {
	token, owner := in.demoToken(t), in.demoOwner(t)
	before := owner.usage(t, "model")
	r := in.guest().shared(t, token, object{"inputs": object{"image": picture(sign(t, "KEYHOLE", "OPEN 2468"))}})
	if r.status != http.StatusOK {
		t.Fatal(r)
	}
	text := r.text("outputs.0.text")
	for _, want := range []string{"KEYHOLE", "2468"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text is %q, without %s", text, want)
		}
	}
	checkLines(t, r.list("outputs.0.lines.predictions"))
	checkPicture(t, r.text("outputs.0.picture.value"))
	after := owner.usage(t, "model")
	images := func(rows map[string]object) (n int64) {
		for _, row := range rows {
			n += number(row["modelImages"])
		}
		return n
	}
	if images(after) <= images(before) {
		t.Errorf("the model was used, and usage says %v after %v", after, before)
	}
	t.Run("photographs", func(t *testing.T) { photographs(t, in, token) })
}

func checkLines(t *testing.T, lines []any) {
	t.Helper()
	if len(lines) < 2 {
		t.Fatalf("%d lines of text found: %v", len(lines), lines)
	}
	for _, l := range lines {
		c, _ := at(l, "confidence").(float64)
		w, _ := at(l, "width").(float64)
		x, _ := at(l, "x").(float64)
		if c < 0.6 || c > 1 || w < 20 || x < 100 || x > 700 {
			t.Errorf("a line is %v", l)
		}
	}
}

func checkPicture(t *testing.T, value string) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil || m.Bounds().Dx() != 800 || m.Bounds().Dy() != 420 {
		t.Fatalf("the picture that came back: %v, %v", m, err)
	}
}

// photographs runs real photographs of text.
func photographs(t *testing.T, in *installation, token string) {
	found, err := filepath.Glob(filepath.Join(testkit.Shared(t, "photos"), "scenetext*.jpg"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no photographs: %v", err)
	}
	for _, f := range found {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r := in.guest().shared(t, token, object{"inputs": object{"image": picture(raw)}})
		if r.status != http.StatusOK || r.text("outputs.0.text") == "" {
			t.Errorf("%s: %.300s", f, r)
		}
	}
}
