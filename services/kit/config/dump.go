package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
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
