package runs

import "testing"

// The outcome of a call that ended before an answer is unknown. The outcome of a call that
// was answered, or never sent, is known.
func TestKnownOutcomes(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[string]string{
		"": "", "failed canceled": "", "failed timeout": "", "failed unreachable": "", "failed revoked": "",
		"ok": "ok", "failed 401": "failed 401", "failed not_sent": "failed not_sent", "failed answer_withheld": "failed answer_withheld",
		"failed not_sent unreachable": "failed not_sent unreachable",
	} {
		if got := known(outcome); got != want {
			t.Errorf("known(%q) = %q, want %q", outcome, got, want)
		}
	}
}
