package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// complete asks bash for the completions of a line, like a person with the tab key.
func complete(t *testing.T, script string, line ...string) []string {
	t.Helper()
	ask := script + "\nCOMP_WORDS=(" + strings.Join(line, " ") + " \"$1\"); COMP_CWORD=" + string(rune('0'+len(line))) + "; _keyhole; printf '%s\\n' \"${COMPREPLY[@]}\""
	out, err := exec.CommandContext(t.Context(), "bash", "-c", ask, "bash", "").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Fields(string(out))
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		var out strings.Builder
		if err := run(t.Context(), &cli.App{Out: &out}, []string{"completion", shell}); err != nil || !strings.Contains(out.String(), "rotate") {
			t.Errorf("%s: %v, %.200s", shell, err, out.String())
		}
		if shell != "bash" {
			continue
		}
		for line, want := range map[string]string{
			"keyhole": "share", "keyhole share": "rotate", "keyhole share create": "--run-access", "keyhole --json share list": "--revoked", "keyhole serve": "--egress-allow",
		} {
			if got := complete(t, out.String(), strings.Fields(line)...); !slices.Contains(got, want) {
				t.Errorf("%s: %v does not have %s", line, got, want)
			}
		}
	}
}
