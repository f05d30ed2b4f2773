package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest/schema"
)

func blocksPage() (string, error) {
	var b strings.Builder
	b.WriteString("# Blocks\n\nThe blocks that a definition can use. A workflow with a block that cannot run here can be saved, viewed, shared and forked, but its runs are refused. A definition with a block that is not in this list cannot be saved.\n")
	all := manifest.Core().All()
	runs := 0
	for _, m := range all {
		if m.Runs() {
			runs++
		}
	}
	fmt.Fprintf(&b, "\n%d of %d versions run. An example has the required fields of a step. `GET /v1/blocks` returns the same data for programs.\n", runs, len(all))
	slices.SortFunc(all, func(x, y *manifest.Manifest) int { return strings.Compare(x.Type, y.Type) })
	for _, m := range all {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`", m.Title, m.Type)
		if len(m.Aliases) > 0 {
			fmt.Fprintf(&b, ", also `%s`", strings.Join(m.Aliases, "`, `"))
		}
		fmt.Fprintf(&b, " · %s\n\n%s.\n", strings.ReplaceAll(m.Category, "_", " "), strings.TrimSuffix(m.Summary, "."))
		if !m.Runs() {
			fmt.Fprintf(&b, "\nCannot run: %s.\n", m.NotRunnable.Why())
		}
		if m.Sink {
			b.WriteString("\nA sink, with effects outside: off in runs through a link, unless the owner turns it on.\n")
		}
		b.WriteString("\n| field | |\n|---|---|\n")
		for i := range m.Fields {
			fmt.Fprintf(&b, "| `%s` | %s |\n", m.Fields[i].Name, describe(&m.Fields[i]))
		}
		if len(m.Outputs) > 0 {
			b.WriteString("\n| output | kinds |\n|---|---|\n")
		}
		for _, o := range m.Outputs {
			fmt.Fprintf(&b, "| `%s` | %s |\n", o.Name, strings.Join(o.Kinds, ", "))
		}
		example, err := json.Marshal(schema.Example(m))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n```json\n%s\n```\n", example)
	}
	return b.String(), nil
}

func describe(f *manifest.Field) string {
	var parts []string
	if f.Required {
		parts = append(parts, "required")
	}
	if f.Credential != nil {
		parts = append(parts, "credential ("+f.Credential.Provider+")")
	}
	parts = append(parts, strings.ReplaceAll(manifest.Describe(f.Accepts), "|", `\|`))
	return strings.Join(parts, "; ")
}
