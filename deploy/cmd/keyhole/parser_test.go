package main

import (
	"testing"
)

// A token that starts like a flag is not taken for one.
func TestTokensAreNotFlags(t *testing.T) {
	t.Parallel()
	const token = "-bcdefghijklmnopqrstuvwxyz012_45"
	if got := withTokens([]string{"share", "view", token, "-i", "--json", "--" + token[2:]}); got[2] != "/s/"+token || got[3] != "-i" || got[5] != "--"+token[2:] {
		t.Errorf("got %q", got)
	}
}
