package config

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// referenceFlag prints the table of a program's settings and exits. The reference
// documentation is generated from these tables.
type referenceFlag bool

// BeforeReset is kong's hook for a flag that acts before settings are checked.
func (referenceFlag) BeforeReset(k *kong.Kong, ctx *kong.Context) error {
	flags := k.Model.Flags
	if command := ctx.Selected(); command != nil {
		flags = command.Flags
	}
	if _, err := fmt.Fprint(k.Stdout, table(sortedFlags(flags))); err != nil {
		return fmt.Errorf("print settings: %w", err)
	}
	k.Exit(0)
	return nil
}

func table(flags []*kong.Flag) string {
	var b strings.Builder
	b.WriteString("| flag | environment | default | what it sets |\n|---|---|---|---|\n")
	for _, f := range flags {
		def := ""
		if f.HasDefault && f.Default != "" {
			def = "`" + f.Default + "`"
		}
		if f.Required {
			def = "required"
		}
		help := f.Help
		if f.Enum != "" {
			help += " One of: " + strings.Join(strings.Split(f.Enum, ","), ", ") + "."
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", f.Name, strings.Join(f.Envs, "`, `"), def, strings.ReplaceAll(help, "|", "\\|"))
	}
	return b.String()
}
