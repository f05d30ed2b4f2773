package document_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

var limits = document.Limits{Bytes: 1 << 16, Depth: 16, Text: 1 << 12, Values: 1 << 12}

func TestParseKeepsTypesAndSpans(t *testing.T) {
	t.Parallel()
	source := []byte(` {"a": [1, 2.0, -3e2, "x\u00e9\ud83d\ude00", true, null], "b/~": {}} `)
	root, faults := document.Parse(source, limits)
	if faults != nil {
		t.Fatal(faults)
	}
	want := map[string]any{"a": []any{int64(1), 2.0, -300.0, "xé😀", true, nil}, "b/~": map[string]any{}}
	if got := root.Value(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, want %#v", got, want)
	}
	for pointer, text := range map[string]string{"/a/1": "2.0", "/a/3": `"x\u00e9\ud83d\ude00"`, "/b~1~0": "{}"} {
		n, ok := root.Lookup(pointer)
		if !ok || string(source[n.Start:n.End]) != text {
			t.Errorf("%s: found %v, want the bytes %s", pointer, n, text)
		}
	}
	for _, pointer := range []string{"a", "/a/6", "/a/01", "/a/-1", "/c", "/a/0/x"} {
		if _, ok := root.Lookup(pointer); ok {
			t.Errorf("%s names nothing, but was found", pointer)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"nothing": "", "half": `{"a":`, "two documents": "1 2", "bare word": "nul", "trailing comma": "[1,]",
		"leading zero": "01", "no digit": "-", "no fraction": "1.", "no exponent": "1e", "overflow": "1e999",
		"control character": "\"\n\"", "bad escape": `"\x"`, "lone surrogate": `"\ud800"`, "swapped surrogates": `"\udc00\ud800"`,
		"bad utf-8": "\"\xff\"", "no quote": `"a`, "no colon": `{"a" 1}`, "no key": `{1:2}`,
		"too deep": strings.Repeat("[", 17) + strings.Repeat("]", 17), "too long a string": `"` + strings.Repeat("a", 1<<12+1) + `"`,
		"too many values": "[" + strings.Repeat("1,", 1<<12) + "1]", "too many bytes": strings.Repeat(" ", 1<<16) + "1",
	} {
		if root, faults := document.Parse([]byte(source), limits); root != nil || len(faults) == 0 {
			t.Errorf("%s: was read as %v", name, root)
		}
	}
}

func TestParseReportsEveryDuplicate(t *testing.T) {
	t.Parallel()
	_, faults := document.Parse([]byte(`{"a":1,"a":2,"b":[{"c":1,"\u0063":2}]}`), limits)
	var pointers []string
	for _, f := range faults {
		pointers = append(pointers, f.Pointer)
	}
	if want := []string{"/a", "/b/0/c"}; !reflect.DeepEqual(pointers, want) {
		t.Errorf("duplicates at %q, want %q", pointers, want)
	}
}

func TestApplyLeavesOtherBytesAlone(t *testing.T) {
	t.Parallel()
	source := []byte(`{ "a" :"x",  "b": ["y" ] }`)
	root, _ := document.Parse(source, limits)
	a, _ := root.Lookup("/a")
	y, _ := root.Lookup("/b/0")
	got, err := document.Apply(source, []document.Edit{document.ReplaceText(y, "<2>"), document.ReplaceText(a, `1"`)})
	if want := `{ "a" :"1\"",  "b": ["<2>" ] }`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if _, err := document.Apply(source, []document.Edit{document.ReplaceText(a, ""), document.ReplaceText(root, "")}); err == nil {
		t.Error("overlapping edits were made")
	}
}

// FuzzParse compares the reader with encoding/json: it must not accept what encoding/json
// refuses, and must read the same value. It may refuse more (duplicates, bad UTF-8).
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,"\u00e9",null,true]}`, `"\ud83d\ude00"`, `[[[]]]`, `{"a":1,"a":2}`, `-0`, `1E+2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		root, faults := document.Parse(source, limits)
		if (root == nil) == (len(faults) == 0) {
			t.Fatal("either a document or faults, not both or neither")
		}
		if root == nil {
			return
		}
		var want any
		if err := json.Unmarshal(source, &want); err != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		encoded, err := document.Encode(root.Value())
		if err != nil {
			t.Fatal(err)
		}
		again, faults := document.Parse(encoded, document.Limits{Bytes: 1 << 24, Depth: 16, Text: 1 << 20, Values: 1 << 12})
		if len(faults) > 0 || !reflect.DeepEqual(again.Value(), root.Value()) {
			t.Fatalf("%s was encoded as %s", source, encoded)
		}
		if got := floats(root.Value()); !reflect.DeepEqual(got, want) {
			t.Fatalf("read %#v, encoding/json %#v", got, want)
		}
	})
}

// floats turns integers into the float64 that encoding/json gives.
func floats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = floats(v[k])
		}
	}
	return v
}
