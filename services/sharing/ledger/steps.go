package ledger

import (
	"google.golang.org/protobuf/encoding/protojson"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// StepsText returns the steps as a row stores them.
func StepsText(steps []*sharingv1.StepEvent) string {
	if len(steps) == 0 {
		return ""
	}
	raw, err := protojson.Marshal(&sharingv1.Run{Steps: steps})
	if err != nil { // a text is not UTF-8: the run still counts, without its steps
		return ""
	}
	return string(raw)
}

func stepsOf(text string) []*sharingv1.StepEvent {
	out := &sharingv1.Run{}
	if text == "" || protojson.Unmarshal([]byte(text), out) != nil {
		return nil
	}
	return out.GetSteps()
}
