package track

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// pair has the gain of matching a row with a column.
type pair struct {
	row, col int
	gain     float64
}

// pairs returns the pairs of boxes with a gain.
func pairs(rows, cols []value.Box, gain func(row, col int, iou float64) float64) ([]pair, error) {
	if err := argument.Pairs(len(rows), len(cols)); err != nil {
		return nil, err
	}
	var out []pair
	for i, a := range rows {
		for k, b := range cols {
			if g := gain(i, k, a.IoU(b)); g > 0 {
				out = append(out, pair{i, k, g})
			}
		}
	}
	return out, nil
}

// assign matches rows with columns, each at most once, so that the sum of the gains is
// maximal. Rows and columns that are not connected by pairs are independent, so a usual scene
// is many small problems instead of a large one. The matches are ordered by row.
func assign(ctx context.Context, all []pair) ([]pair, error) {
	var out []pair
	for _, part := range parts(all) {
		matched, err := hungarian(ctx, part)
		if err != nil {
			return nil, err
		}
		out = append(out, matched...)
	}
	slices.SortFunc(out, func(a, b pair) int { return cmp.Compare(a.row, b.row) })
	return out, nil
}

// parts divides pairs into groups that share no row and no column.
func parts(all []pair) [][]pair {
	rows, cols := map[int][]int{}, map[int][]int{}
	for i, p := range all {
		rows[p.row], cols[p.col] = append(rows[p.row], i), append(cols[p.col], i)
	}
	seen := make([]bool, len(all))
	var out [][]pair
	for i := range all {
		if seen[i] {
			continue
		}
		seen[i] = true
		queue := []int{i}
		var part []pair
		for next := 0; next < len(queue); next++ {
			p := all[queue[next]]
			part = append(part, p)
			for _, k := range slices.Concat(rows[p.row], cols[p.col]) {
				if !seen[k] {
					seen[k] = true
					queue = append(queue, k)
				}
			}
			// a node that is found again adds nothing
			rows[p.row], cols[p.col] = nil, nil
		}
		out = append(out, part)
	}
	return out
}

// hungarian solves one group by shortest augmenting paths (Kuhn, Munkres, Jonker).
func hungarian(ctx context.Context, part []pair) ([]pair, error) {
	if len(part) == 1 {
		return part, nil
	}
	rows, cols := number(part, func(p pair) int { return p.row }), number(part, func(p pair) int { return p.col })
	swapped := len(rows) > len(cols)
	if swapped {
		rows, cols = cols, rows
	}
	n, m := len(rows), len(cols)
	cost := make([]float64, n*m)
	for _, p := range part {
		i, k := p.row, p.col
		if swapped {
			i, k = k, i
		}
		cost[rows[i]*m+cols[k]] = -p.gain
	}
	of, err := solve(ctx, cost, n, m)
	if err != nil {
		return nil, err
	}
	var out []pair
	for _, p := range part {
		i, k := p.row, p.col
		if swapped {
			i, k = k, i
		}
		if of[cols[k]] == rows[i] {
			out = append(out, p)
		}
	}
	return out, nil
}

// number assigns numbers to values in order of appearance.
func number(part []pair, key func(pair) int) map[int]int {
	var keys []int
	for _, p := range part {
		keys = append(keys, key(p))
	}
	slices.Sort(keys)
	out := map[int]int{}
	for i, k := range slices.Compact(keys) {
		out[k] = i
	}
	return out
}

// solve returns the row that each column is matched with, -1 for none. Every row, of which
// there are no more than columns, is matched at the least cost.
func solve(ctx context.Context, cost []float64, n, m int) ([]int, error) {
	u, v := make([]float64, n+1), make([]float64, m+1)
	of, way := make([]int, m+1), make([]int, m+1) // from 1; 0 is none
	for i := 1; i <= n; i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		of[0] = i
		least, used := make([]float64, m+1), make([]bool, m+1)
		for k := range least {
			least[k] = math.Inf(1)
		}
		at := 0
		for of[at] != 0 {
			used[at] = true
			row, delta, next := of[at], math.Inf(1), 0
			for k := 1; k <= m; k++ {
				if used[k] {
					continue
				}
				if c := cost[(row-1)*m+k-1] - u[row] - v[k]; c < least[k] {
					least[k], way[k] = c, at
				}
				if least[k] < delta {
					delta, next = least[k], k
				}
			}
			for k := range used {
				if used[k] {
					u[of[k]] += delta
					v[k] -= delta
				} else {
					least[k] -= delta
				}
			}
			at = next
		}
		for at != 0 {
			of[at] = of[way[at]]
			at = way[at]
		}
	}
	out := make([]int, m)
	for k := range out {
		out[k] = of[k+1] - 1
	}
	return out, nil
}
