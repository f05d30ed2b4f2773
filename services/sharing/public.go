package sharing

import (
	"fmt"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
)

// publicText is the gate for what others see of a workflow beside its definition.
func publicText(id string, in *sharingv1.Workflow) *leak.Gate {
	return leak.NewGate().Text("workflow_id", id).Text("workflow.title", in.GetTitle()).Text("workflow.description", in.GetDescription())
}

// publicSamples is the gate for the samples of a share: its visitors see them.
func publicSamples(in []*sharingv1.Sample) *leak.Gate {
	gate := leak.NewGate()
	for i, sample := range in {
		field := fmt.Sprintf("share.samples[%d]", i)
		gate.Text(field+".input", sample.GetInput()).JSON(field+".value", sample.GetInput(), sample.GetValue())
	}
	return gate
}
