package runner_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// A list that needs more calls than a step may make is refused before the first call, and
// the run is not charged.
func TestAttackAListLongerThanAStepsCalls(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A11", "lists longer than a step's calls")
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
	w.vault.stored["workspaces/demo/credentials/llm"] = canary
	definition := strings.Replace(string(looking(t, provider.URL)), `"base_url"`, `"api_key": "$credentials.llm", "base_url"`, 1)
	w.sharing.definition = []byte(definition)
	picture := base64.StdEncoding.EncodeToString(pngOf(t, 3, 2))
	pictures := make([]any, 130)
	for i := range pictures {
		pictures[i] = picture
	}
	for i, n := range []int{101, 130} { // the grant of the tests allows 100
		_, err := w.shared(t, map[string]any{"image": pictures[:n]})
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED && provider.Count() == 0,
			"%d pictures: %d calls were made: %v", n, provider.Count(), err)
		if want := fmt.Sprintf("would make %d calls", n); !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
		if ends := w.sharing.bookings(t, i+1); !ends[i].GetUnused() {
			t.Errorf("a run of which no call was made counts: %v", ends[i])
		}
	}
	if _, err := w.shared(t, map[string]any{"image": pictures[:4]}); err != nil || provider.Count() != 4 {
		t.Errorf("4 pictures: %d calls, %v", provider.Count(), err)
	}
}
