package main

import (
	"fmt"
	"os/exec"
	"strings"
)

// programs are the programs whose settings are documented.
var programs = []struct{ title, pkg, command string }{
	{"keyhole serve", "./deploy/cmd/keyhole", "serve"},
	{"keyhole-gateway", "./gateway/cmd/keyhole-gateway", ""},
	{"keyhole-sharing", "./services/sharing/cmd/keyhole-sharing", ""},
	{"keyhole-vault", "./services/vault/cmd/keyhole-vault", ""},
	{"keyhole-registry", "./services/registry/cmd/keyhole-registry", ""},
	{"keyhole-runner", "./services/runner/cmd/keyhole-runner", ""},
}

func configurationPage() (string, error) {
	var b strings.Builder
	b.WriteString("# Settings\n\nA setting comes from its flag, then from its environment variable, then from the file that `--config` names (YAML or JSON, with the same names), then from its default.\nAn empty variable counts as unset. " +
		"Secrets are never values: they are read from files, which must be readable by their owner only.\n")
	for _, p := range programs {
		args := []string{"run", p.pkg}
		if p.command != "" {
			args = append(args, p.command)
		}
		table, err := exec.Command("go", append(args, "--reference")...).Output()
		if err != nil {
			return "", fmt.Errorf("ask %s: %w", p.title, err)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s", p.title, table)
	}
	return b.String(), nil
}
