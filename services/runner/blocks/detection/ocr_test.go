package detection

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// letters are detections of 4 by 6 pixels whose classes are letters.
func letters(at map[string][2]float64, order string) *value.Detections {
	d := &value.Detections{Data: map[string][]any{}}
	for _, r := range order {
		place := at[string(r)]
		d.XYXY = append(d.XYXY, value.Box{place[0], place[1], place[0] + 4, place[1] + 6})
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], string(r))
	}
	return d
}

// AB stands above CD. B is 3 pixels lower than A.
func TestRead(t *testing.T) {
	t.Parallel()
	d := letters(map[string][2]float64{"A": {0, 0}, "B": {10, 3}, "C": {0, 20}, "D": {10, 20}}, "DBCA")
	for _, c := range []struct {
		direction string
		tolerance float64
		delimiter string
		want      string
	}{
		{"left_to_right", 5, "", "AB\nCD"},
		{"right_to_left", 5, "", "BA\nDC"},
		{"left_to_right", 1, "", "A\nB\nCD"},
		{"left_to_right", 5, "-", "A-B-\n-C-D"},
		{"vertical_top_to_bottom", 5, "", "AC BD"},
		{"vertical_bottom_to_top", 5, "", "DB CA"},
		{"auto", 5, "", "AC BD"}, // the letters are higher than wide
	} {
		if got := read(d, c.direction, c.tolerance, c.delimiter); got != c.want {
			t.Errorf("%s: got %q, want %q", c.direction, got, c.want)
		}
	}
	if got := read(letters(nil, ""), "auto", 5, " "); got != "" {
		t.Errorf("nothing reads as %q", got)
	}
}
