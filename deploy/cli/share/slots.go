package share

import (
	"context"
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// slots says which credential fills which slot of the link.
func (f Flags) slots(ctx context.Context, a *cli.App, e *cli.Edit) error {
	if f.Slot == nil {
		return nil
	}
	list := []cli.Object{}
	for _, text := range unlessNone(f.Slot) {
		slot, credential, given := strings.Cut(text, "=")
		at := strings.LastIndex(slot, ".")
		if !given || at < 1 || credential == "" {
			return fmt.Errorf("--slot %q: write STEP.FIELD=CREDENTIAL, for example llm.api_key=my-openai", text)
		}
		_, path, err := a.At(ctx, name.Credential, credential)
		if err != nil {
			return err
		}
		list = append(list, cli.Object{"step": slot[:at], "field": slot[at+1:], "credential": strings.TrimPrefix(path, "/v1/")})
	}
	e.Set("slot_credentials", list)
	return nil
}

// unlessNone returns the list, or an empty one for "none".
func unlessNone(list []string) []string {
	if len(list) == 1 && list[0] == "none" {
		return []string{}
	}
	return list
}
