package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the example results of the templates")

// readsTemplates: every template is accepted unchanged. A template without open needs returns
// its example result on its sample.
func readsTemplates(t *testing.T, in *installation) {
	w := in.tenant(t)
	atOnce := 0
	for _, listed := range in.guest().get(t, "/v1/templates").list("templates") {
		name, _ := at(listed, "name").(string)
		id := strings.TrimPrefix(name, "templates/")
		one := in.guest().get(t, "/v1/"+name)
		definition, _ := one.at("definition").(map[string]any)
		flow := w.workflow(t, id, definition)
		found := w.post(t, flow+":inspect", object{})
		if found.list("problems") != nil || found.list("notRunnable") != nil {
			t.Errorf("%s: %s", id, found)
		}
		if one.list("needs") != nil {
			if r := w.call(t, http.MethodPost, flow+":run", object{"inputs": one.at("inputs")}); r.status == http.StatusOK {
				t.Errorf("%s says that it needs %v, and runs without", id, one.at("needs"))
			}
			continue
		}
		atOnce++
		got := w.post(t, flow+":run", object{"inputs": one.at("inputs")}).at("outputs.0")
		if *update {
			writeExample(t, id, got)
			continue
		}
		if diff := cmp.Diff(like(one.at("example")), like(got)); diff != "" {
			t.Errorf("%s gives another result than its example: %s", id, diff)
		}
	}
	if atOnce < 4 {
		t.Errorf("only %d templates run immediately", atOnce)
	}
}

// like reduces a result to the parts that are the same on every machine: no IDs, rounded
// numbers, and pictures as a grid of grey tones.
func like(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "base64" {
			return tones(v["value"])
		}
		out := map[string]any{}
		for key, item := range v {
			if !strings.HasSuffix(key, "_id") || key == "class_id" {
				out[key] = like(item)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = like(item)
		}
		return out
	case json.Number:
		f, _ := v.Float64()
		return rounded(f)
	case float64:
		return rounded(v)
	}
	return v
}

// rounded rounds fractions to tenths, and larger numbers to tens.
func rounded(f float64) string {
	if math.Abs(f) <= 1 {
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f tens", f/10)
}

// tones returns the mean brightness of 8 by 5 parts of a picture, in 16 steps.
func tones(encoded any) any {
	text, _ := encoded.(string)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err.Error()
	}
	picture, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		return err.Error()
	}
	size := picture.Bounds().Size()
	var out [5][8]int
	for y := range out {
		for x := range out[y] {
			part := image.Rect(x*size.X/8, y*size.Y/5, (x+1)*size.X/8, (y+1)*size.Y/5)
			out[y][x] = int(math.Round(brightness(picture, part) / 16))
		}
	}
	return out
}

func brightness(picture image.Image, part image.Rectangle) float64 {
	sum := 0.0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			r, g, b, _ := picture.At(x, y).RGBA()
			sum += float64(r+g+b) / 3 / 257
		}
	}
	return sum / float64(part.Dx()*part.Dy())
}

func writeExample(t *testing.T, id string, result any) {
	t.Helper()
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("../../services/runner/templates/data", id, "example.json")
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
