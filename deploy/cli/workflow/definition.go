package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	language "github.com/keyhole-dev/keyhole/services/workflow"
)

// readDefinition reads a definition, with or without the wrapper of another program. Its
// errors have the line and the column in the file.
func readDefinition(a *cli.App, file string) (json.RawMessage, error) {
	raw, err := a.File(file)
	if err != nil {
		return nil, fmt.Errorf("read definition: %w", err)
	}
	definition, problems := language.Unwrap(raw)
	if len(problems) > 0 {
		return nil, fmt.Errorf("read definition: %s: %s", file, problems[0].Message)
	}
	return definition, nil
}

// printDefinition prints the definition of a workflow, of a version, or of what is below it,
// such as the draft. With --json it prints the whole resource.
func printDefinition(ctx context.Context, a *cli.App, k name.Kind, id, below string) error {
	cl, path, err := a.At(ctx, k, id)
	if err != nil {
		return err
	}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodGet, path+below, nil, nil, &reply); err != nil {
		return err
	}
	if a.Conn.JSON {
		return a.Print().Raw(reply)
	}
	if reply["definition"] == nil {
		return errors.New("this workflow has no published version; print its draft with keyhole workflow draft get")
	}
	return a.Print().Raw(reply["definition"])
}
