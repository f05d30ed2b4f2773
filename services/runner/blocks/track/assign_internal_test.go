package track

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The assignment gains as much as the best of all.
func TestAssignmentIsTheBest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "columns")
		gains := make([][]float64, n)
		var all []pair
		for i := range gains {
			gains[i] = make([]float64, m)
			for k := range gains[i] {
				if g := float64(rapid.IntRange(-6, 9).Draw(t, "gain")); g > 0 {
					gains[i][k] = g
					all = append(all, pair{i, k, g})
				}
			}
		}
		got, err := assign(t.Context(), all)
		if err != nil {
			t.Fatal(err)
		}
		sum, rows, cols := 0.0, map[int]bool{}, map[int]bool{}
		for _, p := range got {
			if rows[p.row] || cols[p.col] {
				t.Fatalf("matched twice: %v", got)
			}
			rows[p.row], cols[p.col] = true, true
			sum += p.gain
		}
		if want := best(gains, 0, map[int]bool{}); sum != want {
			t.Fatalf("gains %v, the best is %v", sum, want)
		}
	})
}

// best tries all assignments.
func best(gains [][]float64, row int, used map[int]bool) float64 {
	if row == len(gains) {
		return 0
	}
	most := best(gains, row+1, used)
	for k, g := range gains[row] {
		if g > 0 && !used[k] {
			used[k] = true
			most = max(most, g+best(gains, row+1, used))
			used[k] = false
		}
	}
	return most
}

// A box of height 100 begins with the variances (2*100/20)^2 and (10*100/160)^2. One frame
// later the variance of the place is 100 + 39.0625 + 25, and the gain for a measurement with
// a variance of 25 is 164.0625 / 189.0625.
func TestFilter(t *testing.T) {
	t.Parallel()
	a := axis{at: 50, pp: 100, vv: 39.0625}
	a.predict(25, 0.390625)
	a.update(60, 25)
	const gain, speedGain = 164.0625 / 189.0625, 39.0625 / 189.0625
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"place", a.at, 50 + 10*gain},
		{"speed", a.speed, 10 * speedGain},
		{"variance", a.pp, 164.0625 * (1 - gain)},
		{"covariance", a.pv, 39.0625 * (1 - gain)},
		{"variance of the speed", a.vv, 39.453125 - speedGain*39.0625},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s is %v, want %v", c.name, c.got, c.want)
		}
	}
}
