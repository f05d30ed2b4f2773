package runs

import "testing"

// What broke off before an answer may or may not have been done by the provider;
// what was answered, or never sent, is known.
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
