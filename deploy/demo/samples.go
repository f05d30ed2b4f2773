package demo

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/client"
)

// Photo is the sample: NASA's portrait of Eileen Collins (public domain), with a
// caption drawn below it for the demo to read. JPEG.
//
//go:embed sample.jpg
var Photo []byte

// sample is the title of the first sample, whose result visitors see before they run anything.
const sample = "Sample picture"

// exampleWithin bounds the run of the sample. It takes about a second.
const exampleWithin = time.Minute

// others are templates whose samples the link has too. Each has a title for visitors.
var others = []struct{ template, title string }{{"read-text", "A sign"}, {"fields-as-json", "A delivery note"}}

type object = map[string]any

// samples returns what visitors of the link can start from.
func samples(ctx context.Context, owner *client.Client) ([]object, error) {
	all := []object{{"title": sample, "input": "image", "value": object{"type": "base64", "value": base64.StdEncoding.EncodeToString(Photo)}}}
	for _, other := range others {
		var template struct {
			Inputs struct{ Image json.RawMessage }
		}
		if err := owner.Do(ctx, http.MethodGet, "/v1/templates/"+other.template, nil, nil, &template); err != nil {
			return nil, err
		}
		all = append(all, object{"title": other.title, "input": "image", "value": template.Inputs.Image})
	}
	return all, nil
}

// storeExample runs the first sample and keeps the result for visitors, unless there is one.
// The demo works without it, but the page has no result to show until the first run.
func storeExample(ctx context.Context, owner *client.Client, share string, progress func(string)) {
	ctx, cancel := context.WithTimeout(ctx, exampleWithin)
	defer cancel()
	var made struct{ Examples []object }
	err := owner.Do(ctx, http.MethodGet, "/v1/"+share, nil, nil, &made)
	if err == nil && len(made.Examples) == 0 {
		progress("example")
		err = owner.Do(ctx, http.MethodPost, "/v1/"+share+":storeExample", nil, object{"sample": sample}, nil)
	}
	if err != nil {
		progress(fmt.Sprintf("the link shows no example yet: %v", err))
	}
}
