package gitleaks

import (
	"strings"
	"testing"
)

// Rules are compiled on first use. A rule that does not compile would panic in a request.
func TestEachRuleCompiles(t *testing.T) {
	t.Parallel()
	set := loaded()
	if len(set.rules) < 200 {
		t.Errorf("there are %d rules", len(set.rules))
	}
	for _, r := range set.rules {
		r.compiled()
		for _, a := range append(r.Allowlists, set.global) {
			for _, expression := range a.compiled {
				expression()
			}
		}
		if len(r.Keywords) == 0 {
			t.Errorf("%s has no keyword, so that it is never tried", r.ID)
		}
		for _, word := range r.Keywords {
			if len(word) < 2 || strings.ToLower(word) != word {
				t.Errorf("%s has the keyword %q, which is never found", r.ID, word)
			}
		}
	}
}
