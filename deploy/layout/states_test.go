package layout_test

import (
	"os"
	"strings"
	"testing"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// The diagram of a run shows every state that the contract has.
func TestTheDiagramOfRunsHasEveryState(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/develop/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for n, name := range sharingv1.RunState_name {
		short := strings.TrimPrefix(name, "RUN_STATE_")
		if n != 0 && !strings.Contains(string(text), "--> "+short+": ") {
			t.Errorf("the diagram has no arrow to %s", short)
		}
	}
}
