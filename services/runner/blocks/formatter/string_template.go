package formatter

import (
	"context"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newStringTemplate makes the block that fills values into a text.
func newStringTemplate(step engine.Step) (engine.Block, error) {
	operations, err := parameter.Parse(step, "data_operations")
	if err != nil {
		return nil, err
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		template, ok := call.Arg("template").(string)
		if !ok {
			return engine.None(), engine.Failf(engine.QueryInput, "template must be a string")
		}
		data, err := operations.Apply(ctx, call, "data")
		if err != nil {
			return engine.None(), err
		}
		text, err := render(template, data)
		if err != nil {
			return engine.None(), err
		}
		return output(text), nil
	}), nil
}

// placeholder matches a name in braces.
var placeholder = regexp.MustCompile(`\{\s*([A-Za-z_][A-Za-z_0-9]*)\s*\}`)

// maxText bounds the rendered text, in bytes.
const maxText = 1_000_000

// render passes over the template once, so placeholders inside of values are not expanded.
// A name without a value stays as it is.
func render(template string, data map[string]any) (string, error) {
	var b strings.Builder
	from := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		v, known := data[template[at[2]:at[3]]]
		if !known {
			continue
		}
		b.WriteString(template[from:at[0]])
		from = at[1]
		if size := value.Size(v, maxText); b.Len()+size > maxText {
			return "", engine.Failf(engine.LimitsCaused, "the text would be longer than %d characters", maxText)
		}
		b.WriteString(value.Text(v))
	}
	b.WriteString(template[from:])
	return b.String(), nil
}
