package provider

import (
	"regexp"
	"strings"
)

// placeholders of a prompt look like {{ $parameters.name }}.
var placeholders = regexp.MustCompile(`\{\{\s*\$parameters\.(\w+)\s*\}\}`)

// template is a prompt cut at its placeholders. Only a prompt that stands in the
// definition is cut: one that comes as a value is data, and so is every value
// that goes into a placeholder, so nothing a visitor writes is ever expanded.
type template struct {
	// texts has one entry more than names: text, placeholder, text ... The
	// placeholders are kept as they are written.
	texts, names, written []string
}

func parseTemplate(prompt string) template {
	var t template
	from := 0
	for _, at := range placeholders.FindAllStringSubmatchIndex(prompt, -1) {
		t.texts = append(t.texts, prompt[from:at[0]])
		t.names = append(t.names, prompt[at[2]:at[3]])
		t.written = append(t.written, prompt[at[0]:at[1]])
		from = at[1]
	}
	t.texts = append(t.texts, prompt[from:])
	return t
}

// literal is a prompt without placeholders, whatever it looks like.
func literal(prompt string) template { return template{texts: []string{prompt}} }

// fill puts values in. A name without a value keeps its placeholder, as the
// language has it.
func (t template) fill(values map[string]string) string {
	var b strings.Builder
	for i, text := range t.texts {
		b.WriteString(text)
		if i == len(t.names) {
			break
		}
		if v, ok := values[t.names[i]]; ok {
			b.WriteString(v)
		} else {
			b.WriteString(t.written[i])
		}
	}
	return strings.TrimSpace(b.String())
}

// isSelector tells whether a field's text refers to a value.
func isSelector(text string) bool {
	return strings.HasPrefix(text, "$inputs.") || strings.HasPrefix(text, "$steps.")
}
