package imaging

import (
	"image/color"
	"testing"
)

func TestPalettes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		n    int
		want map[int]uint32
	}{
		{"DEFAULT", 3, map[int]uint32{0: 0xa351fb, 20: 0xff39c9, 21: 0xa351fb, -1: 0xff39c9}},
		{"ROBOFLOW", 10, map[int]uint32{1: 0xa351fb, 6: 0xc28dfc}},
		{"Matplotlib Tab10", 10, map[int]uint32{0: 0x1f77b4, 9: 0x17becf, 10: 0x1f77b4}},
		{"Matplotlib Set1", 3, map[int]uint32{0: 0xe41a1c, 1: 0xff7f00, 2: 0x999999}},
		{"Matplotlib Viridis", 11, map[int]uint32{0: 0x440154, 5: 0x21918c, 10: 0xfde725}},
		{"Matplotlib Cividis", 0, map[int]uint32{0: 0x00224e, 7: 0x00224e}},
	} {
		p, ok := NewPalette(c.name, c.n)
		if !ok {
			t.Fatalf("%s is not known", c.name)
		}
		for i, want := range c.want {
			if got := p.At(i); got != rgb(want) {
				t.Errorf("%s: colour %d is %v, want %v", c.name, i, got, rgb(want))
			}
		}
	}
	for _, name := range []string{"", "tab10", "Matplotlib DEFAULT", "Matplotlib", "matplotlib 1F77B4"} {
		if p, ok := NewPalette(name, 3); ok {
			t.Errorf("%q was taken for %v", name, p)
		}
	}
}

func TestParseColor(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]color.RGBA{
		"#ff8000": rgb(0xff8000), "#F80": rgb(0xff8800), "rgb(1, 2,3)": rgb(0x010203), "BGR(1,2,3)": rgb(0x030201),
		"white": rgb(0xffffff), " Roboflow ": rgb(0xa351fb),
	} {
		if got, err := ParseColor(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "#", "#12345", "#gggggg", "rgb(1,2)", "rgb(1,2,256)", "rgb(1,2,3", "mauve"} {
		if got, err := ParseColor(text); err == nil {
			t.Errorf("%q was taken for %v", text, got)
		}
	}
}
