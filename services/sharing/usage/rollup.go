package usage

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Run is a run that has ended.
type Run struct {
	OwnerWorkspace, ChargedWorkspace, ChargedKey, Visitor string
	// Workflow and Share are unique IDs, WorkflowID and ShareID parts of names.
	Workflow, WorkflowID, Share, ShareID string
	// Start is when it started, in microseconds since 1970.
	Start int64
	// Stopped reports that its link was stopped, Failed that it failed in another way.
	Stopped, Failed                          bool
	Images, Calls, InputTokens, OutputTokens int64
	Items                                    []*sharingv1.LineItem
}

// Tally adds runs to the sums, in the commit that ends them. Each mark is a [Run].
var Tally = &sqldb.Tally{Sum: func(marks []any) []sqldb.Statement { //nolint:gochecknoglobals // identifies the tally to the database
	add := additions{}
	for _, m := range marks {
		add.run(m.(Run)) //nolint:forcetypeassert // by the contract of Tally
	}
	return add.statements()
}}

// additions are what runs add to the rows of each table.
type additions [3]map[key]sums

// key is the key of a row, as its values are joined, with the columns that follow from it.
type key [maxColumns]any

// maxColumns is the number of columns of the largest table except its sums.
const maxColumns = 13

// sums are the sums of a row, in the order of its table.
type sums [6]int64

// run adds a run.
func (a *additions) run(r Run) {
	count := sums{1, 0, r.Images, r.Calls, r.InputTokens, r.OutputTokens}
	if r.Failed {
		count[1] = 1
	}
	if r.Stopped {
		count[0], count[1] = 0, 0
	}
	hour := r.Start / perHour
	a.add(0, count, r.ChargedWorkspace, hour, r.OwnerWorkspace, r.ChargedKey, r.Workflow, r.Share, r.WorkflowID, r.ShareID)
	a.add(1, count, r.OwnerWorkspace, r.Visitor, hour, r.ChargedKey, r.Workflow, r.Share, r.ChargedWorkspace, r.WorkflowID, r.ShareID)
	for used, n := range usesOf(r) {
		visitor := r.Visitor
		if used.section == sectionCharged && r.OwnerWorkspace != r.ChargedWorkspace {
			visitor = ""
		}
		n[0], n[1] = count[0], count[1]
		a.add(2, n, used.workspace, used.section, used.kind, used.resource, hour, visitor, r.ChargedKey, r.Workflow, r.Share,
			r.ChargedWorkspace, r.OwnerWorkspace, r.WorkflowID, r.ShareID)
	}
}

// use is what a run used, as a workspace may see it.
type use struct {
	workspace      string
	section        int64
	kind, resource string
}

// The sections: what keys were charged, and what credentials were used for.
const (
	sectionCharged = int64(0)
	sectionUsed    = int64(1)
)

// usesOf sums up the line items of a run. In the first section the payer sees nothing of
// another workspace's resources. In the second, the owner of credentials sees each of them,
// and all of them together without a kind, so that a run with two of them is one run.
func usesOf(r Run) map[use]sums {
	if len(r.Items) == 0 {
		return nil
	}
	out := map[use]sums{}
	for _, i := range r.Items {
		count := sums{0, 0, i.GetQuantity(), i.GetFailed(), i.GetInputTokens(), i.GetOutputTokens()}
		owners := strings.HasPrefix(i.GetResource(), resource.Workspace(r.OwnerWorkspace)+"/")
		seen := i.GetResource()
		if owners && r.OwnerWorkspace != r.ChargedWorkspace {
			seen = ""
		}
		out[use{r.ChargedWorkspace, sectionCharged, i.GetKind(), seen}] = out[use{r.ChargedWorkspace, sectionCharged, i.GetKind(), seen}].plus(count)
		if i.GetKind() != "credential" || !strings.HasPrefix(i.GetResource(), resource.Workspace(r.OwnerWorkspace)+"/credentials/") {
			continue
		}
		for _, u := range []use{{r.OwnerWorkspace, sectionUsed, i.GetKind(), i.GetResource()}, {workspace: r.OwnerWorkspace, section: sectionUsed}} {
			out[u] = out[u].plus(count)
		}
	}
	return out
}

func (s sums) plus(t sums) sums {
	for i := range s {
		s[i] += t[i]
	}
	return s
}

func (a *additions) add(table int, count sums, columns ...any) {
	var k key
	copy(k[:], columns)
	if a[table] == nil {
		a[table] = map[key]sums{}
	}
	a[table][k] = a[table][k].plus(count)
}

// rowsOf bounds the rows of a statement, so that there are few texts for the database to prepare.
const rowsOf = 32

// statements returns the statements that add to the tables. The tables have the same order
// on all replicas, and the rows of each the order of their keys. So two replicas cannot wait
// for each other.
func (a *additions) statements() (out []sqldb.Statement) {
	for i, t := range tables {
		for rows := range slices.Chunk(slices.SortedFunc(maps.Keys(a[i]), compare), rowsOf) {
			n := len(t.key) + len(t.others)
			args := make([]any, 0, len(rows)*(n+len(t.sums)))
			var values strings.Builder
			for _, k := range rows {
				if len(args) > 0 {
					values.WriteByte(',')
				}
				values.WriteString(sqldb.Placeholders(len(args), n+len(t.sums)))
				args = append(args, k[:n]...)
				for _, s := range a[i][k] {
					args = append(args, s)
				}
			}
			out = append(out, sqldb.Statement{Text: t.add(`VALUES ` + values.String()), Args: args})
		}
	}
	return out
}

// compare orders keys. Each column has one type.
func compare(a, b key) int {
	for i := range a {
		var order int
		switch x := a[i].(type) {
		case string:
			order = cmp.Compare(x, b[i].(string)) //nolint:forcetypeassert // see above
		case int64:
			order = cmp.Compare(x, b[i].(int64)) //nolint:forcetypeassert // see above
		}
		if order != 0 {
			return order
		}
	}
	return 0
}
