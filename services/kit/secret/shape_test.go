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
		"pass word":                       {true, true},
		"":                                {},
		"\xff":                            {},
		" padded":                         {},
		"nul\x00":                         {},
		"del\x7f":                         {},
		"****":                            {},
		"•••• ••••":                       {},
		"[secret]":                        {},
		"__n8n_BLANK_VALUE_e5362baf-c777": {},
		"$credentials.llm":                {},
		"$inputs.key":                     {},
		"-----BEGIN KEY-----\nabc":        {stored: true},
		"a b\r\nX: y":                     {stored: true},
		"tab\tinside":                     {stored: true},
		"${OPENAI_API_KEY}":               {}, "$OPENAI_API_KEY": {}, "{{ env.OPENAI_API_KEY }}": {}, "${{ secrets.KEY }}": {}, "%API_KEY%": {}, "<your key>": {}, "YOUR_API_KEY": {}, "your-api-key-here": {},
		"undefined": {}, "null": {}, "None": {}, "[object Object]": {}, "sk-...abcd": {}, "sk-…abcd": {}, "sk-****abcd": {}, "sk-xxxxxxxxxxxxxxxx": {}, "OPENAI_API_KEY": {}, "process.env.KEY": {}, "changeme": {}, "api_key": {}, "Insert your token": {},
		"$2b$10$N9qo8uLOickgx2ZMRZoMye": {true, true}, "correct horse battery staple": {true, true}, "sk.ant.axxxb": {true, true}, "key-3ax6xnjp29jd6fds4gc373sgvjxteol0": {true, true},
		strings.Repeat("Aa1-", 1<<10):       {true, true},
		strings.Repeat("Aa1-", 1<<10) + "x": {stored: true},
	} {
		if why := secret.WhyInvalid(text); (why == "") != fit.stored {
			t.Errorf("stored %.40q: %q", text, why)
		}
		if why := secret.WhyInvalidInput([]byte(text)); (why == "") != fit.brought {
			t.Errorf("brought %.40q: %q", text, why)
		} else if text != "" && strings.Contains(why, text) {
			t.Errorf("%q quotes %q", why, text)
		}
	}
}
