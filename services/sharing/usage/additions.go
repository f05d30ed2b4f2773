package usage

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// additions are what runs add to the rows of the tables.
type additions struct {
	sums   map[sumKey]sums
	visits map[visitKey]int64 // runs
}

// sumKey is the key of a row of usage_sums.
type sumKey struct {
	workspace        string
	section          int64
	dimension, value string
	hour             int64
}

// sums are its sums.
type sums struct{ runs, failedRuns, images, calls, failedCalls, input, output int64 }

// visitKey is the key of a row of usage_visits.
type visitKey struct {
	owner, ownKey, workflowID, shareID, visitor string
	day                                         int64
}

func (a *additions) add(k sumKey, n sums) {
	if a.sums == nil {
		a.sums = map[sumKey]sums{}
	}
	plus(a.sums, k, n)
}

func plus(to map[sumKey]sums, k sumKey, n sums) {
	have := to[k]
	to[k] = sums{
		have.runs + n.runs, have.failedRuns + n.failedRuns, have.images + n.images, have.calls + n.calls,
		have.failedCalls + n.failedCalls, have.input + n.input, have.output + n.output,
	}
}

func (a *additions) visit(k visitKey) {
	if a.visits == nil {
		a.visits = map[visitKey]int64{}
	}
	a.visits[k]++
}

// statements returns the statements that add to the tables. The tables have the same order
// on all replicas, and the rows of each are in the order of their keys. So two replicas cannot
// wait for each other.
func (a *additions) statements() []sqldb.Statement {
	var sumRows, visitRows [][]any
	for _, k := range slices.SortedFunc(maps.Keys(a.sums), func(x, y sumKey) int {
		return cmp.Or(cmp.Compare(x.workspace, y.workspace), cmp.Compare(x.section, y.section), cmp.Compare(x.dimension, y.dimension),
			cmp.Compare(x.value, y.value), cmp.Compare(x.hour, y.hour))
	}) {
		n := a.sums[k]
		sumRows = append(sumRows, []any{k.workspace, k.section, k.dimension, k.value, k.hour, n.runs, n.failedRuns, n.images, n.calls, n.failedCalls, n.input, n.output})
	}
	for _, k := range slices.SortedFunc(maps.Keys(a.visits), func(x, y visitKey) int {
		return cmp.Or(cmp.Compare(x.owner, y.owner), cmp.Compare(x.ownKey, y.ownKey), cmp.Compare(x.workflowID, y.workflowID), cmp.Compare(x.shareID, y.shareID), cmp.Compare(x.visitor, y.visitor), cmp.Compare(x.day, y.day))
	}) {
		visitRows = append(visitRows, []any{k.owner, k.ownKey, k.workflowID, k.shareID, k.visitor, k.day, a.visits[k]})
	}
	return append(tables[0].insert(sumRows), tables[1].insert(visitRows)...)
}

// rowsPerStatement bounds the rows of a statement, so that there are few texts for the database to prepare.
const rowsPerStatement = 32

func (t table) insert(all [][]any) (out []sqldb.Statement) {
	for rows := range slices.Chunk(all, rowsPerStatement) {
		var args []any
		var values strings.Builder
		for _, row := range rows {
			if len(args) > 0 {
				values.WriteByte(',')
			}
			values.WriteString(sqldb.Placeholders(len(args), len(row)))
			args = append(args, row...)
		}
		out = append(out, sqldb.Statement{Text: t.add(`VALUES ` + values.String()), Args: args})
	}
	return out
}
