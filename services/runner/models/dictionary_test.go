package models

import (
	"math"
	"testing"
)

func TestDictionaryDecodes(t *testing.T) {
	t.Parallel()
	d, err := parseDictionary("a\nb\nc\n")
	if err != nil || d.size() != 5 {
		t.Fatalf("%+v, %v", d, err)
	}
	steps := func(classes ...int) []float32 {
		data := make([]float32, 0, len(classes)*d.size())
		for _, class := range classes {
			row := make([]float32, d.size())
			row[class] = 0.9
			data = append(data, row...)
		}
		return data
	}
	for _, c := range []struct {
		classes []int
		want    string
	}{
		{[]int{0, 1, 1, 0, 1, 2, 0}, "aab"},
		{[]int{4, 1, 4, 2, 4}, "a b"},
		{[]int{0, 0}, ""},
		{nil, ""},
		{[]int{3, 3, 3}, "c"},
	} {
		text, score := d.decode(steps(c.classes...))
		if text != c.want || (c.want != "" && math.Abs(score-0.9) > 1e-6) {
			t.Errorf("%v is read as %q with %v, want %q", c.classes, text, score, c.want)
		}
	}
	hinted := steps(1, 0, 2)
	hinted[d.size()+4] = 0.3 // the blank wins, yet a space is likely
	if text, _ := d.decode(hinted); text != "a b" {
		t.Errorf("a likely space is read as %q", text)
	}
	noise := make([]float32, 10*d.size())
	for i := range noise {
		noise[i] = float32(math.NaN())
	}
	if text, score := d.decode(noise); text != "" || score != 0 {
		t.Errorf("no numbers are read as %q with %v", text, score)
	}
	if _, err := parseDictionary("\xff"); err == nil {
		t.Error("a dictionary that is no text was taken")
	}
}
