package model_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// meter records the charges.
type meter struct {
	mu   sync.Mutex
	uses []engine.Use
}

func (m *meter) use(u engine.Use) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.uses = append(m.uses, u)
}

// newEnv returns an environment with models and with IDs that count up.
func newEnv(models engine.Models) (*engine.Env, *meter) {
	m := &meter{}
	var mu sync.Mutex
	n := 0
	return &engine.Env{
		Models: models, Codec: imaging.NewCodec(imaging.Limits{}), Meter: m.use, Now: time.Now,
		NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			n++
			return fmt.Sprint("id-", n)
		},
	}, m
}

// call runs one block of the catalogue.
func call(ctx context.Context, tb testing.TB, env *engine.Env, kind string, args map[string]any, indices ...engine.Index) (engine.Result, error) {
	tb.Helper()
	step := &engine.Step{Name: "step", Type: kind, Fields: args}
	block, err := blocks.All()["roboflow_core/"+kind](*step)
	if err != nil {
		tb.Fatal(err)
	}
	return block.Run(ctx, blocktest.Call(env, step, args, indices...))
}

// batch of pictures, with their indices.
func batch(values ...any) (*engine.Batch, []engine.Index) {
	b := &engine.Batch{Values: values}
	for i := range values {
		b.Indices = append(b.Indices, engine.Index{i})
	}
	return b, b.Indices
}

func photo(tb testing.TB, name string) *value.Image {
	tb.Helper()
	data, err := os.ReadFile(testkit.Shared(tb, "photos/"+name))
	if err != nil {
		tb.Fatal(err)
	}
	return decoded(tb, data, name)
}

func decoded(tb testing.TB, data []byte, id string) *value.Image {
	tb.Helper()
	img, err := value.DecodeImage(imaging.NewCodec(imaging.Limits{}), data, id)
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

// page is a JPEG with lines of text on white.
func page(tb testing.TB, lines ...string) []byte {
	tb.Helper()
	fonts, err := imaging.NewFonts("")
	if err != nil {
		tb.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for i, line := range lines {
		fonts.Draw(img, line, 40, 80*(i+1), color.RGBA{20, 20, 40, 255}, imaging.Style{Scale: 1, Thickness: 1})
	}
	data, err := imaging.NewCodec(imaging.Limits{}).EncodeJPEG(tb.Context(), img, 95)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// compile makes a definition ready to run.
func compile(tb testing.TB, definition string) *engine.Workflow {
	tb.Helper()
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		tb.Fatal(problems)
	}
	w, err := engine.Compile(p, blocks.All())
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// picture is an encoded picture as a client sends it.
func picture(data []byte) map[string]any {
	return map[string]any{"type": "base64", "value": base64.StdEncoding.EncodeToString(data)}
}

// run executes a workflow and serialises its results, as a client gets them.
func run(tb testing.TB, w *engine.Workflow, env *engine.Env, inputs map[string]any) []map[string]any {
	tb.Helper()
	request := engine.Request{Env: *env, Inputs: inputs, Reader: value.Reader{Codec: env.Codec, NewID: env.NewID}}
	results, err := w.Run(tb.Context(), request)
	if err != nil {
		tb.Fatal(err)
	}
	outputs, err := w.Serialize(tb.Context(), env.Codec, results, 64<<20, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return outputs
}
