package inputs

import (
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Sharing decides by the forms, and the runner then reads. The runner refuses what sharing
// refuses, and reads what sharing accepts.
func TestFormsSayWhatCanBeRead(t *testing.T) {
	t.Parallel()
	kinds := [][]string{
		{"integer"},
		{"float"},
		{"float_zero_to_one"},
		{"boolean"},
		{"string"},
		{"list_of_values"},
		{"dictionary"},
		{"point"},
		{"zone"},
		{"rgb_color"},
		{"timestamp"},
		{"integer", "string"},
		{"float", "boolean"},
		{"*"},
		{"integer", "*"},
		{},
		{"image"},
	}
	values := []string{
		`1`, `0`, `1.5`, `12.0`, `9007199254740993`, `12345678901234567890123`, `1e300`, `"12"`, `" 12 "`, `"12.0"`, `"1.5"`, `"0.9"`, `"-"`, `"+5"`, `""`, `"x"`,
		`true`, `"yes"`, `"TRUE"`, `2`, `[1, 2]`, `[[0,0],[1,0],[1,1]]`, `[1,2,3]`, `{}`, `"2026-01-31"`, `"1_000"`, `"0x1"`, `"nan"`, `"inf"`, `"-Infinity"`, `"1e999"`, `1e999`, `"12345678901234567890123"`, `-0.0`,
	}
	for _, text := range values {
		v, err := value.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range kinds {
			_, err := value.Coerce(v, k)
			if takes := value.Takes(k, levelsOf(v)[0].GetForms()); takes != (err == nil) {
				t.Errorf("%s as %v: sharing takes it %v, the runner says %v", text, k, takes, err)
			}
		}
	}
}

func TestFormsOfLists(t *testing.T) {
	t.Parallel()
	v, _ := value.Decode([]byte(`[1, null, [2, "3"], "x"]`))
	levels := levelsOf(v)
	if len(levels) != 3 {
		t.Fatalf("%v", levels)
	}
	for level, wants := range map[int]bool{0: false, 1: false, 2: false} {
		if got := value.Takes([]string{"integer"}, levels[level].GetForms()); got != wants {
			t.Errorf("level %d: %v", level, got)
		}
	}
	if whole, _ := value.Decode([]byte(`[1, null, [2, "3"]]`)); !slices.Contains(levelsOf(whole)[2].GetForms(), "a whole number") {
		t.Error("elements that are all whole numbers")
	}
	long := make([]any, maxFormValues+1)
	if levels := levelsOf(long); !levels[1].GetUnknown() {
		t.Error("a long list was looked at")
	}
}
