package secret

import (
	"regexp"
	"strings"
)

// masks matches the hidden part of a masked secret: "sk-...abcd", "sk-****abcd".
var masks = regexp.MustCompile(`\.\.\.|…|[*•·]{4}|[xX]{6}`)

func isMasked(text string) bool { return len(text) < 200 && masks.MatchString(text) }

// placeholders matches what documents, templates and programs write in the place of a
// secret.
var placeholders = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`\$\{.*\}`, `\$\{\{.*\}\}`, `\{\{.*\}\}`, `\{[\w .-]+\}`, `<[^<>]+>`, `\[[\w .-]+\]`, `%\w+%`, `\$\(?[A-Za-z_]\w*\)?`, // of templates and shells
	`(?i:undefined|null|none|nil|nan|true|false|\(null\)|\[object object\]|string|empty|n/a|tbd|todo|fixme|test|dummy|example|placeholder|changeme|change[_ -]me|replace[_ -]?me)`,
	`(?i:(?:your|insert|enter|paste|put|replace)[_ -].*(?:key|token|secret|password|credential|here).*)`,
	`(?i:(?:your|my|some)?[_ -]?(?:openai|anthropic|gemini|google|provider|secret|access)?[_ -]?(?:api[_ -]?)?(?:key|token|secret)(?:[_ -]?here)?)`,
	`[A-Z]+(?:_[A-Z]+)*_(?:KEY|TOKEN|SECRET|PASSWORD|PAT)`, // the name of a variable
	`(?:process\.env|os\.environ|env|secrets|vars)[.\[(].*`,
}, "|") + `)$`)

func isPlaceholder(text string) bool { return len(text) < 200 && placeholders.MatchString(text) }
