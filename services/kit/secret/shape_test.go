package secret_test

import (
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

func TestWhatCanBeACredential(t *testing.T) {
	t.Parallel()
	for text, fit := range map[string]struct{ stored, brought bool }{
		"sk-proj-Vq7ZmX2kTfLw9RbN4cHyD8sJgEa3UoPi6tKx": {true, true},
		"pass word":                         {true, true},
		"":                                  {},
		"\xff":                              {},
		" padded":                           {},
		"nul\x00":                           {},
		"del\x7f":                           {},
		"****":                              {},
		"•••• ••••":                         {},
		"[secret]":                          {},
		"__n8n_BLANK_VALUE_e5362baf-c777":   {},
		"$credentials.llm":                  {},
		"$inputs.key":                       {},
		"-----BEGIN KEY-----\nabc":          {stored: true},
		"a b\r\nX: y":                       {stored: true},
		"tab\tinside":                       {stored: true},
		strings.Repeat("Aa1-", 1<<10):       {true, true},
		strings.Repeat("Aa1-", 1<<10) + "x": {stored: true},
	} {
		if why := secret.Unfit(text); (why == "") != fit.stored {
			t.Errorf("stored %.40q: %q", text, why)
		}
		if why := secret.UnfitToBring([]byte(text)); (why == "") != fit.brought {
			t.Errorf("brought %.40q: %q", text, why)
		} else if text != "" && strings.Contains(why, text) {
			t.Errorf("%q quotes %q", why, text)
		}
	}
}
