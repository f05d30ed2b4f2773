package templates

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// read makes a template of its folder.
func read(entry listed, manifests *manifest.Catalogue) (*runnerv1.Template, error) {
	files := map[string][]byte{}
	for _, name := range []string{"definition.json", "example.json", "guide.md", "sample.jpg", "thumbnail.jpg"} {
		text, err := data.ReadFile("data/" + entry.ID + "/" + name)
		if err != nil {
			return nil, err
		}
		files[name] = text
	}
	compiled, _, problems := plan.Load(files["definition.json"], manifests)
	if len(problems) > 0 {
		return nil, problems
	}
	report := inspect.Inspect(compiled)
	if len(report.Problems) > 0 {
		return nil, report.Problems
	}
	inputs, err := sampleInputs(compiled, files["sample.jpg"])
	if err != nil {
		return nil, err
	}
	needs := needsOf(report)
	return &runnerv1.Template{
		Name: "templates/" + entry.ID, Title: entry.Title, Summary: entry.Summary, Highlight: entry.Highlight, Credit: entry.Credit,
		Needs: needs, ExampleFromRun: len(needs) == 0, Thumbnail: files["thumbnail.jpg"],
		Definition: bytes.TrimSpace(files["definition.json"]), Inputs: inputs,
		Example: bytes.TrimSpace(files["example.json"]), Guide: string(files["guide.md"]),
	}, nil
}

// sampleInputs are the inputs of a run on the sample. Other inputs have their defaults.
func sampleInputs(p *plan.Plan, sample []byte) ([]byte, error) {
	for _, in := range p.Inputs {
		if in.Type == workflow.InputImage {
			picture := map[string]any{"type": "base64", "value": base64.StdEncoding.EncodeToString(sample)}
			return json.Marshal(map[string]any{in.Name: picture})
		}
	}
	return nil, fmt.Errorf("the definition takes no picture")
}

// data has index.json and a folder for each template. A test bounds its pictures.
//
//go:embed data
var data embed.FS

// listed is an entry of index.json: what no other file of the template says.
type listed struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Highlight string `json:"highlight"`
	Credit    string `json:"credit"`
}
