package provider

import (
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// template is a prompt split at its placeholders. Only a prompt in the definition is split.
// A prompt that comes as a value is data, and so is every value in a placeholder, so
// nothing that a visitor writes is expanded.
type template struct {
	// texts has one entry more than names: text, placeholder, text, and so on. written has
	// the placeholders as they were written.
	texts, names, written []string
}

func parseTemplate(prompt string) template {
	var t template
	from := 0
	for _, at := range parameter.Placeholders.FindAllStringSubmatchIndex(prompt, -1) {
		t.texts = append(t.texts, prompt[from:at[0]])
		t.names = append(t.names, prompt[at[2]:at[3]])
		t.written = append(t.written, prompt[at[0]:at[1]])
		from = at[1]
	}
	t.texts = append(t.texts, prompt[from:])
	return t
}

// literal returns a prompt that has no placeholders, even if it contains text that looks
// like one.
func literal(prompt string) template { return template{texts: []string{prompt}} }

// fill inserts the values. A name without a value keeps its placeholder, as in Roboflow's
// engine. It refuses a prompt that is too long before it makes it.
func (t template) fill(values map[string]string) (string, error) {
	size := 0
	for i, text := range t.texts {
		size += len(text)
		if i < len(t.names) {
			size += len(t.value(i, values))
		}
	}
	if size > maxPrompt {
		return "", tooLong()
	}
	var b strings.Builder
	b.Grow(size)
	for i, text := range t.texts {
		b.WriteString(text)
		if i < len(t.names) {
			b.WriteString(t.value(i, values))
		}
	}
	return strings.TrimSpace(b.String()), nil
}

// value is the text of a placeholder.
func (t template) value(i int, values map[string]string) string {
	if v, ok := values[t.names[i]]; ok {
		return v
	}
	return t.written[i]
}

func tooLong() error {
	return engine.Failf(engine.LimitsCaused, "the prompt is longer than %d MiB", maxPrompt>>20)
}

// isSelector reports whether the text of a field refers to a value.
func isSelector(text string) bool {
	return strings.HasPrefix(text, "$inputs.") || strings.HasPrefix(text, "$steps.")
}

// maxPrompt bounds the text of a prompt, in bytes.
const maxPrompt = 4 << 20
