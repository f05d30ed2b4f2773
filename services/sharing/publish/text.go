package publish

import (
	"fmt"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
)

// WorkflowText returns a gate for the texts that others see next to a definition.
func WorkflowText(id string, in *sharingv1.Workflow) *leak.Gate {
	return leak.NewGate().Text("workflow_id", id).Text("workflow.title", in.GetTitle()).Text("workflow.description", in.GetDescription())
}

// Samples returns a gate for the samples of a share, which its visitors see.
func Samples(in []*sharingv1.Sample) *leak.Gate {
	gate := leak.NewGate()
	for i, sample := range in {
		field := fmt.Sprintf("share.samples[%d]", i)
		gate.Text(field+".input", sample.GetInput()).Text(field+".title", sample.GetTitle()).JSON(field+".value", sample.GetInput(), sample.GetValue())
	}
	return gate
}
