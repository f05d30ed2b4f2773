package usage

import (
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// Run is a run that has ended.
type Run struct {
	OwnerWorkspace, ChargedWorkspace, ChargedKey, Visitor string
	// WorkflowID and ShareID are parts of names; Share is a unique ID.
	WorkflowID, Share, ShareID string
	// Start is when it started, in microseconds since 1970.
	Start int64
	// Stopped reports that its link was stopped, Failed that it failed in another way.
	Stopped, Failed                          bool
	Images, Calls, InputTokens, OutputTokens int64
	Items                                    []*sharingv1.LineItem
}

// Tally adds runs to the sums, in the commit that ends them. Each mark is a [Run].
var Tally = &sqldb.Tally{Sum: func(marks []any) []sqldb.Statement { //nolint:gochecknoglobals // identifies the tally to the database
	var add additions
	for _, m := range marks {
		add.run(m.(Run)) //nolint:forcetypeassert // by the contract of Tally
	}
	return add.statements()
}}

// run adds a run.
func (a *additions) run(r Run) {
	one := sums{runs: 1, images: r.Images, calls: r.Calls, input: r.InputTokens, output: r.OutputTokens}
	if r.Failed {
		one.failedRuns = 1
	}
	if r.Stopped {
		one.runs, one.failedRuns = 0, 0
	}
	seen := r.seenBy(r.ChargedWorkspace)
	for _, d := range []string{"", "key", "share", "workflow", "visitor"} {
		a.add(sumKey{r.ChargedWorkspace, charged, d, seen[d], r.Start / perHour}, one)
	}
	a.items(r, one)
	if r.Share != "" && r.Visitor != "" && !r.Stopped {
		a.visit(visitKey{r.OwnerWorkspace, r.seenBy(r.OwnerWorkspace)["key"], r.WorkflowID, r.ShareID, r.Visitor, r.Start / (day * perHour)})
	}
}

// seenBy returns the value of the run in each dimension, as a workspace may see it. Of another
// workspace's workflow it sees the ID of the share only, and of a payer nothing.
func (r Run) seenBy(workspace string) map[string]string {
	seen := map[string]string{}
	if workspace == r.ChargedWorkspace {
		seen["key"] = r.ChargedKey
	}
	if workspace != r.OwnerWorkspace {
		seen["share"], seen["workflow"] = r.Share, r.Share
		return seen
	}
	seen["visitor"] = r.Visitor
	if r.WorkflowID != "" {
		seen["workflow"] = names.Workflow(r.OwnerWorkspace, r.WorkflowID)
	}
	if r.Share != "" {
		seen["share"] = names.Share(r.OwnerWorkspace, r.WorkflowID, r.ShareID)
	}
	return seen
}

// items adds the line items of a run: to what its payer was charged, which sees nothing of
// another workspace's resources, and to what the owner's credentials were used for. A run
// with two items of a value is one run.
func (a *additions) items(r Run, one sums) {
	if len(r.Items) == 0 {
		return
	}
	mine := map[sumKey]sums{}
	at := r.Start / perHour
	seen := r.seenBy(r.OwnerWorkspace)
	for _, i := range r.Items {
		n := sums{input: i.GetInputTokens(), output: i.GetOutputTokens(), failedCalls: i.GetFailed()}
		if i.GetKind() == "model" {
			n.images = i.GetQuantity()
		} else {
			n.calls = i.GetQuantity()
		}
		value := i.GetResource()
		if r.OwnerWorkspace != r.ChargedWorkspace && strings.HasPrefix(value, resource.Workspace(r.OwnerWorkspace)+"/") {
			value = ""
		}
		plus(mine, sumKey{r.ChargedWorkspace, charged, i.GetKind(), value, at}, n)
		if i.GetKind() != "credential" || !strings.HasPrefix(i.GetResource(), names.Credential(r.OwnerWorkspace, "")) {
			continue
		}
		seen["credential"] = i.GetResource()
		for _, d := range []string{"", "key", "share", "workflow", "visitor", "credential"} {
			plus(mine, sumKey{r.OwnerWorkspace, used, d, seen[d], at}, n)
		}
	}
	for k, n := range mine {
		n.runs, n.failedRuns = one.runs, one.failedRuns
		a.add(k, n)
	}
}
