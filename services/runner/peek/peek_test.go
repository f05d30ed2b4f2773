package peek_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/peek"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func kindsOf(kinds map[string]string) func(string) []string {
	return func(output string) []string {
		if kind, ok := kinds[output]; ok {
			return []string{kind}
		}
		return []string{"*"}
	}
}

// previews makes previews that remove one secret.
func previews(secret string) *peek.Run {
	return peek.New(imaging.NewCodec(imaging.Limits{}), func(text string) string {
		if secret == "" {
			return text
		}
		return strings.ReplaceAll(text, secret, "[secret removed]")
	})
}

func of(t *testing.T, r *peek.Run, kinds map[string]string, rows ...engine.Outputs) (*runnerv1.StepOutputs, []map[string]any) {
	t.Helper()
	got, err := r.Of(t.Context(), engine.Given{Step: "s", Rows: rows, Kinds: kindsOf(kinds)})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.GetValues()) > peek.StepBytes+2 {
		t.Errorf("a preview of %d bytes", len(got.GetValues()))
	}
	var list []map[string]any
	if err := json.Unmarshal(got.GetValues(), &list); err != nil {
		t.Fatalf("%v: %.200s", err, got.GetValues())
	}
	return got, list
}

// cutsOf are the cuts as "pointer unit kept/total".
func cutsOf(out *runnerv1.StepOutputs) string {
	var all []string
	for _, c := range out.GetCuts() {
		all = append(all, fmt.Sprintf("%s %s %d/%d", c.GetPointer(), c.GetUnit(), c.GetKept(), c.GetTotal()))
	}
	return strings.Join(all, "; ")
}

func TestWhatFitsIsWhole(t *testing.T) {
	t.Parallel()
	out, list := of(t, previews(""), nil, engine.Outputs{"text": "hello", "n": int64(1) << 60, "list": []any{"a", nil, 1.5}}, nil)
	if out.GetElements() != 2 || cutsOf(out) != "" || list[1] != nil || !strings.Contains(string(out.GetValues()), `"n":1152921504606846976`) {
		t.Errorf("got %s, cut %q", out.GetValues(), cutsOf(out))
	}
}

func TestEveryCutIsSaid(t *testing.T) {
	t.Parallel()
	long := make([]any, 60)
	for i := range long {
		long[i] = int64(i)
	}
	deep := any("bottom")
	for range 20 {
		deep = []any{deep}
	}
	wide := map[string]any{}
	for i := range 150 {
		wide[fmt.Sprintf("k%03d", i)] = int64(i)
	}
	row := engine.Outputs{"a": strings.Repeat("é", 3000), "b/~": long, "c": deep, "d": wide}
	rows := make([]engine.Outputs, 20)
	rows[0] = row
	out, list := of(t, previews(""), nil, rows...)
	said := cutsOf(out)
	for _, want := range []string{"/0/a characters 2000/3000", "/0/b~1~0 items 50/60", " depth 8/9", "/0/d keys 100/150", " elements 8/20"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	if len(list) != 8 || out.GetElements() != 20 {
		t.Errorf("%d elements of %d", len(list), out.GetElements())
	}
}

func TestPicturesAreThumbnails(t *testing.T) {
	t.Parallel()
	rows := make([]engine.Outputs, 4)
	for i := range rows {
		rows[i] = engine.Outputs{
			"large": value.NewImage(image.NewRGBA(image.Rect(0, 0, 1600, 800)), "a"), "small": value.NewImage(image.NewRGBA(image.Rect(0, 0, 20, 10)), "b"),
			"crops": []any{value.NewImage(image.NewRGBA(image.Rect(0, 0, 10, 2000)), "c")},
		}
	}
	out, list := of(t, previews(""), nil, rows...)
	shown := 0
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				look(item)
			}
		case map[string]any:
			text, isPicture := v["value"].(string)
			if !isPicture {
				for _, item := range v {
					look(item)
				}
				return
			}
			shown++
			raw, _ := base64.StdEncoding.DecodeString(text)
			size, err := jpeg.DecodeConfig(bytes.NewReader(raw))
			if err != nil || size.Width > peek.Longest || size.Height > peek.Longest || size.Width < 1 || v["thumbnail"] != true {
				t.Errorf("a picture of %v by %v is shown with %v by %v: %v", v["width"], v["height"], size.Width, size.Height, err)
			}
		}
	}
	for _, row := range list {
		look(row)
	}
	if shown != peek.Pictures || !strings.Contains(cutsOf(out), "pictures 0/1") {
		t.Errorf("%d pictures are shown, cut %q", shown, cutsOf(out))
	}
}

// TestAttackPreviewSize: no output of a step makes a preview large, or a cut unsaid.
func TestAttackPreviewSize(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "outputs that are huge in one way")
	shared := []any{strings.Repeat("x", 1900)}
	for range 30 { // 2^30 texts that share their parts
		shared = []any{shared, shared}
	}
	wide := map[string]any{}
	for i := range 20_000 {
		wide[strings.Repeat("k", 300)+fmt.Sprint(i)] = strings.Repeat("v", 2000)
	}
	long := make([]any, 100_000)
	for i := range long {
		long[i] = strings.Repeat("y", 2000)
	}
	for what, v := range map[string]any{
		"shared": shared, "wide": wide, "long": long, "bytes": bytes.Repeat([]byte{1}, 10<<20), "text": strings.Repeat("語", 5<<20), "key": map[string]any{strings.Repeat("k", 10<<20): 1},
	} {
		r := previews("")
		total := 0
		for range 40 {
			out, _ := of(t, r, nil, engine.Outputs{"o": v})
			total += len(out.GetValues())
			a.Attempt(len(out.GetCuts()) > 0 && len(out.GetCuts()) <= peek.Cuts, "%s: %d cuts", what, len(out.GetCuts()))
		}
		a.Attempt(total <= peek.RunBytes+40*4, "%s: %d bytes in one run", what, total)
	}
}

// TestAttackPreviewSecret: a preview contains no secret that the redactor knows, no half of
// one at a cut, and no value of a secret kind.
func TestAttackPreviewSecret(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "secrets in the outputs of steps")
	const secret = "sk-q8Zr3TnV5xKw2LbYc7Hd9JfGm4Ps6RaE"
	for at := peek.Characters - len(secret) - 2; at <= peek.Characters+2; at++ {
		out, _ := of(t, previews(secret), nil, engine.Outputs{"o": strings.Repeat("x", at) + secret + strings.Repeat("y", 3000)})
		a.Attempt(!strings.Contains(string(out.GetValues()), secret[:8]), "at %d: %s", at, out.GetValues()[peek.Characters-100:])
	}
	out, _ := of(t, previews(secret), nil, engine.Outputs{"o": map[string]any{secret: []any{map[string]any{"deep": secret}}}, secret: strings.Repeat("z", 5000)})
	a.Attempt(!strings.Contains(string(out.GetValues())+cutsOf(out), secret), "in keys and lists: %s, cut %s", out.GetValues(), cutsOf(out))
	for _, kind := range []string{value.KindSecret, value.KindManagedKey} {
		out, _ := of(t, previews(""), map[string]string{"o": kind}, engine.Outputs{"o": secret})
		a.Attempt(!strings.Contains(string(out.GetValues()), secret[3:20]), "of kind %s: %s", kind, out.GetValues())
	}
}
