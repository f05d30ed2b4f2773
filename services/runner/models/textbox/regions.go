package textbox

import "github.com/keyhole-dev/keyhole/services/runner/imaging"

// Map holds the score of each pixel, row by row: the probability that it belongs to text.
type Map struct {
	Scores        []float32
	Width, Height int
}

// textPixel is the score of PP-OCR above which a pixel is text.
const textPixel = 0.3

// regions returns the 8-connected parts of a map above the threshold. For each, it returns
// only the first and last pixel of every row, because the convex hull depends on these
// alone.
func (m Map) regions() [][]imaging.Point {
	runs := m.runs()
	parent := make([]int, len(runs))
	for i := range parent {
		parent[i] = i
	}
	previous := 0 // the first run of the previous row
	for i := range runs {
		for previous < i && runs[previous].y < runs[i].y-1 {
			previous++
		}
		for j := previous; j < i && runs[j].y < runs[i].y; j++ {
			if runs[j].from <= runs[i].to+1 && runs[i].from <= runs[j].to+1 {
				join(parent, i, j)
			}
		}
	}
	number := map[int]int{}
	var regions [][]imaging.Point
	for i, r := range runs {
		top := find(parent, i)
		at, ok := number[top]
		if !ok {
			at = len(regions)
			number[top] = at
			regions = append(regions, nil)
		}
		regions[at] = append(regions[at],
			imaging.Point{X: float64(r.from), Y: float64(r.y)}, imaging.Point{X: float64(r.to), Y: float64(r.y)})
	}
	return regions
}

// run is a stretch of pixels in one row, both ends included.
type run struct{ y, from, to int }

func (m Map) runs() []run {
	var runs []run
	for y := range m.Height {
		row := m.Scores[y*m.Width : (y+1)*m.Width]
		for x := 0; x < len(row); x++ {
			if !(row[x] > textPixel) {
				continue
			}
			from := x
			for x+1 < len(row) && row[x+1] > textPixel {
				x++
			}
			runs = append(runs, run{y, from, x})
		}
	}
	return runs
}

func find(parent []int, i int) int {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

func join(parent []int, a, b int) {
	a, b = find(parent, a), find(parent, b)
	parent[max(a, b)] = min(a, b)
}
