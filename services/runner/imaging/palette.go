package imaging

import (
	"image/color"
	"math"
	"strconv"
	"strings"
)

// listed has the palettes that are lists of colours, by lower-case name.
const listed = `
default A351FB FF4040 FFA1A0 FF7633 FFB633 D1D435 4CFB12 94CF1A 40DE8A 1B9640 00D6C1 2E9CAA 00C4FF 364797 6675FF 0019EF 863AFF 530087 CD3AFF FF97CA FF39C9
roboflow C28DFC A351FB 8315F9 6706CE 5905B3 4D049A
pastel1 FBB4AE B3CDE3 CCEBC5 DECBE4 FED9A6 FFFFCC E5D8BD FDDAEC F2F2F2
pastel2 B3E2CD FDCDAC CBD5E8 F4CAE4 E6F5C9 FFF2AE F1E2CC CCCCCC
paired A6CEE3 1F78B4 B2DF8A 33A02C FB9A99 E31A1C FDBF6F FF7F00 CAB2D6 6A3D9A FFFF99 B15928
accent 7FC97F BEAED4 FDC086 FFFF99 386CB0 F0027F BF5B17 666666
dark2 1B9E77 D95F02 7570B3 E7298A 66A61E E6AB02 A6761D 666666
set1 E41A1C 377EB8 4DAF4A 984EA3 FF7F00 FFFF33 A65628 F781BF 999999
set2 66C2A5 FC8D62 8DA0CB E78AC3 A6D854 FFD92F E5C494 B3B3B3
set3 8DD3C7 FFFFB3 BEBADA FB8072 80B1D3 FDB462 B3DE69 FCCDE5 D9D9D9 BC80BD CCEBC5 FFED6F
tab10 1F77B4 FF7F0E 2CA02C D62728 9467BD 8C564B E377C2 7F7F7F BCBD22 17BECF
tab20 1F77B4 AEC7E8 FF7F0E FFBB78 2CA02C 98DF8A D62728 FF9896 9467BD C5B0D5 8C564B C49C94 E377C2 F7B6D2 7F7F7F C7C7C7 BCBD22 DBDB8D 17BECF 9EDAE5
tab20b 393B79 5254A3 6B6ECF 9C9EDE 637939 8CA252 B5CF6B CEDB9C 8C6D31 BD9E39 E7BA52 E7CB94 843C39 AD494A D6616B E7969C 7B4173 A55194 CE6DBD DE9ED6
tab20c 3182BD 6BAED6 9ECAE1 C6DBEF E6550D FD8D3C FDAE6B FDD0A2 31A354 74C476 A1D99B C7E9C0 756BB1 9E9AC8 BCBDDC DADAEB 636363 969696 BDBDBD D9D9D9`

// scales has the palettes that are continuous scales. Each has eleven support points
// (cividis ten); colours between them are interpolated.
const scales = `
viridis 440154 482475 414487 355F8D 2A788E 21918C 22A884 44BF70 7AD151 BDDF26 FDE725
plasma 0D0887 41049D 6A00A8 8F0DA4 B12A90 CC4778 E16462 F2844B FCA636 FCCE25 F0F921
inferno 000004 160B39 420A68 6A176E 932667 BC3754 DD513A F37819 FCA50A F6D746 FCFFA4
magma 000004 140E36 3B0F70 641A80 8C2981 B73779 DE4968 F7705C FE9F6D FECF92 FCFDBF
cividis 00224E 123570 3B496C 575D6D 707173 8A8678 A59C74 C3B369 E1CC55 FEE838`

// Palette is a list of colours that repeats.
type Palette []color.RGBA

// maxPalette bounds the number of colours that a step may ask for.
const maxPalette = 1000

// NewPalette returns the named palette with n colours; "DEFAULT" and "ROBOFLOW" have a
// fixed number. It returns false if the name is unknown.
func NewPalette(name string, n int) (Palette, bool) {
	name = strings.ToLower(name)
	mapped := strings.HasPrefix(name, "matplotlib ")
	name = strings.TrimPrefix(name, "matplotlib ")
	n = min(max(n, 1), maxPalette)
	if colors := colorsOf(listed, name); colors != nil && mapped != (name == "default" || name == "roboflow") {
		if !mapped {
			return colors, true
		}
		return colors.spread(n), true
	}
	if colors := colorsOf(scales, name); colors != nil && mapped {
		return colors.mixed(n), true
	}
	return nil, false
}

func colorsOf(table, name string) Palette {
	_, rest, found := strings.Cut(table, "\n"+name+" ")
	if !found {
		return nil
	}
	line, _, _ := strings.Cut(rest, "\n")
	var colors Palette
	for hex := range strings.FieldsSeq(line) {
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			return nil
		}
		colors = append(colors, rgb(uint32(n)))
	}
	return colors
}

// At returns the colour with a number.
func (p Palette) At(i int) color.RGBA {
	if len(p) == 0 {
		return rgb(0xa351fb)
	}
	return p[(i%len(p)+len(p))%len(p)]
}

// spread selects n colours at equal distances in the list.
func (p Palette) spread(n int) Palette {
	out := make(Palette, n)
	for i := range out {
		out[i] = p[min(int(part(i, n)*float64(len(p))), len(p)-1)]
	}
	return out
}

// mixed samples n colours at equal distances on the scale.
func (p Palette) mixed(n int) Palette {
	out := make(Palette, n)
	for i := range out {
		at := part(i, n) * float64(len(p)-1)
		low := min(int(at), len(p)-2)
		a, b, w := p[low], p[low+1], at-float64(low)
		mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*(1-w) + float64(y)*w)) }
		out[i] = color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
	}
	return out
}

// part returns the position of the i-th of n samples between 0 and 1, both included.
func part(i, n int) float64 {
	if n < 2 {
		return 0
	}
	return float64(i) / float64(n-1)
}
