package config

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Dump returns the effective settings, for one log line at start. It contains no secret:
// it omits passwords in URLs, and shows only whether fields of type secret.Secret or with
// the tag redact:"" are set.
func Dump(program string, cfg any) (slog.Attr, error) {
	k, err := model(program, cfg)
	if err != nil {
		return slog.Attr{}, err
	}
	var attrs []slog.Attr
	for _, f := range sortedFlags(k.Model.Flags) {
		attrs = append(attrs, slog.String(f.Name, safe(f)))
	}
	return slog.Attr{Key: "settings", Value: slog.GroupValue(attrs...)}, nil
}

func sortedFlags(all []*kong.Flag) []*kong.Flag {
	var flags []*kong.Flag
	for _, f := range all {
		if f.Name != "help" && !f.Hidden {
			flags = append(flags, f)
		}
	}
	slices.SortFunc(flags, func(a, b *kong.Flag) int { return cmp.Compare(a.Name, b.Name) })
	return flags
}

func safe(f *kong.Flag) string {
	value := f.Target.Interface()
	_, isSecret := value.(secret.Secret)
	if isSecret || (f.Tag != nil && f.Tag.Has("redact")) {
		if f.Target.IsZero() {
			return "[not set]"
		}
		return "[set]"
	}
	return Redact(fmt.Sprint(value))
}

// passwordLike finds user:password@ in text that is not a URL, such as a list.
var passwordLike = regexp.MustCompile(`//[^/@\s]*@`)

// Redact removes user, password and query from a URL. It returns other text unchanged.
func Redact(text string) string {
	if u, err := url.Parse(text); err == nil && u.Scheme != "" && u.Host != "" {
		u.User, u.RawQuery, u.Fragment = nil, "", ""
		return u.String()
	}
	if strings.Contains(text, "://") {
		text, _, _ = strings.Cut(text, "?")
	}
	return passwordLike.ReplaceAllString(text, "//")
}

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
