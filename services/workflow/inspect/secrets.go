package inspect

import (
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// strayedSecrets refuses other uses of a secrets store. At this point its references in
// credential fields name credentials (rewrite.BindSecrets); everywhere else a secret would be
// ordinary data.
func (i *inspector) strayedSecrets() {
	for _, e := range i.plan.Edges {
		if e.Control || e.From.Kind != plan.StepNode || i.plan.Steps[e.From.Index].Manifest.Type != rewrite.SecretsStore {
			continue
		}
		p := workflow.Problem{Kind: workflow.KindMismatch, Field: e.Field}
		if e.To.Kind == plan.OutputNode {
			p.Field = "outputs." + i.plan.Outputs[e.To.Index].Name
		} else {
			s := &i.plan.Steps[e.To.Index]
			p.Step, p.BlockType = s.Name, s.Source.Type
		}
		p.Message = p.Field + " takes no secret of the workspace: what " + i.plan.Steps[e.From.Index].Name + " gives goes only into a field that takes a credential"
		i.report.Problems = append(i.report.Problems, p)
	}
}
