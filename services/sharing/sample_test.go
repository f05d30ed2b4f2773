package sharing_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/picture"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

const pictureWorkflow = `{"version": "1.0", "inputs": [{"type": "WorkflowImage", "name": "image"}, {"type": "WorkflowParameter", "name": "any"}],
	"steps": [], "outputs": [{"type": "JsonField", "name": "o", "selector": "$inputs.image"}, {"type": "JsonField", "name": "p", "selector": "$inputs.any"}]}`

// A PNG whose text chunk holds an API key, and a JPEG of 32 by 16 pixels with a camera's
// name, a place and orientation 6.
const (
	pngWithKey  = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAOHRFWHRwcm9tcHQAeyJhcGlfa2V5Ijoic2stRmllbGRDYXNlMDEyMzQ1Njc4OUZpZWxkQ2FzZTAxMjMifRgrlDIAAAARSURBVHicY/jPwABEYOI/AwAd8AP9oDMJiQAAAABJRU5ErkJggg=="
	turnedPhoto = "/9j/4QA8RXhpZgAASUkqAAgAAAACAA8BAgAOAAAAJgAAABIBAwABAAAABgAAAAAAAABGaWVsZENhbS0xMjM0AP/gABBKRklGAAEBAAABAAEAAP/bAEMABgQFBgUEBgYFBgcHBggKEAoKCQkKFA4PDBAXFBgYFxQWFhodJR8aGyMcFhYgLCAjJicpKikZHy0wLSgwJSgpKP/AAAsIABAAIAEBEQD/xAAWAAEBAQAAAAAAAAAAAAAAAAAACQj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AMqKqAlWqoD/2Q=="
)

func TestAttackSamplePictures(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	a := attack.New(t, "A8", "metadata of sample pictures")
	s.workflow("acme", "see", pictureWorkflow)
	for _, file := range []string{pngWithKey, turnedPhoto} {
		for name, value := range map[string]any{
			"text":     file,
			"object":   map[string]any{"type": "base64", "value": file},
			"data URI": "data:image/jpeg;base64," + file,
			"list":     []any{file, map[string]any{"type": "base64", "value": file}},
			"no pad":   strings.TrimRight(file, "="),

			"upper-case data URI":    "DATA:IMAGE/PNG;BASE64," + file,
			"URL's alphabet":         strings.NewReplacer("+", "-", "/", "_").Replace(file),
			"blanks inside":          strings.Join(strings.SplitAfter(file, "A"), " "),
			"a byte order mark":      "\ufeff" + file,
			"an invisible character": file[:5] + "\u200b" + file[5:],
			"data URI with blanks":   map[string]any{"a": []any{"data:image/png; base64;base64, " + strings.Join(strings.SplitAfter(file, "A"), "\n")}},
		} {
			for _, input := range []string{"image", "any"} {
				v, err := json.Marshal(value)
				must(t, err)
				if _, nested := value.(map[string]any); nested && input == "image" && value.(map[string]any)["a"] != nil {
					continue // no image input takes that
				}
				share := s.share("acme", "see", &sharingv1.Share{Samples: []*sharingv1.Sample{{Input: input, Value: v}}})
				view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
				must(t, err)
				for _, got := range picturesIn(t, view.GetSamples()[0].GetValue()) {
					raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(got[strings.Index(got, ",")+1:], "="))
					if err != nil {
						a.Attempt(false, "%s as %s: the view shows what was sent", input, name)
						continue
					}
					clean, err := picture.Strip(raw)
					a.Attempt(err == nil && len(clean) == len(raw), "%s as %s: the view shows metadata", input, name)
				}
			}
		}
	}
}

func picturesIn(t *testing.T, value []byte) (found []string) {
	root, faults := document.Parse(value, document.Limits{Bytes: 1 << 20, Depth: 10, Text: 1 << 20, Values: 100})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return textsIn(root)
}

func textsIn(n *document.Node) (found []string) {
	if n.Kind == document.String && n.Text != "base64" {
		found = append(found, n.Text)
	}
	for _, item := range n.Items {
		found = append(found, textsIn(item)...)
	}
	for _, member := range n.Members {
		found = append(found, textsIn(member.Value)...)
	}
	return found
}

func TestASampleInAnUnreadFormatIsRefused(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "see", pictureWorkflow)
	heic := base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
	_, err := s.api.CreateShare(s.member("acme"), &sharingv1.CreateShareRequest{
		Parent: "workspaces/acme/workflows/see",
		Share:  &sharingv1.Share{Samples: []*sharingv1.Sample{{Input: "image", Value: document.Quote(heic)}}},
	})
	if err == nil || !strings.Contains(err.Error(), "JPEG, PNG or WebP") {
		t.Errorf("an HEIC sample: %v", err)
	}
}

// TestAttackPicturesInDefinitions: visitors see a picture in a definition like a sample. It
// is cleaned, or refused if it cannot be cleaned, and so is a picture inside other text.
func TestAttackPicturesInDefinitions(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	a := attack.New(t, "A8", "metadata of pictures in definitions and inside of text")
	tries := 0
	save := func(value any) (string, error) {
		v, err := json.Marshal(value)
		must(t, err)
		tries++
		id := fmt.Sprint("w", tries)
		w, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
			Parent: "workspaces/acme", WorkflowId: id,
			Workflow: &sharingv1.Workflow{Definition: object(t, strings.Replace(pictureWorkflow, `"name": "any"`, `"name": "any", "default_value": `+string(v), 1))},
		})
		if err != nil {
			return "", err
		}
		shared := s.share("acme", id, nil)
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: shared.GetToken()})
		must(t, err)
		return fmt.Sprint(w, view), nil
	}
	for _, file := range []string{pngWithKey, turnedPhoto} {
		for name, value := range map[string]any{"text": file, "object": map[string]any{"type": "base64", "value": file}, "data URI": "data:image/png;base64," + file, "list": []any{file}} {
			seen, err := save(value)
			a.Attempt(err == nil && !strings.Contains(seen, file[:80]), "%s: %v", name, err)
		}
	}
	raw, err := base64.StdEncoding.DecodeString(pngWithKey)
	must(t, err)
	other := base64.StdEncoding.EncodeToString([]byte("GIF89a" + strings.Repeat("\x01\x00", 60)))
	for name, value := range map[string]any{
		"HTML": `<img src="data:image/png;base64,` + pngWithKey + `">`, "Markdown": "![a](data:image/png;base64," + pngWithKey + ")", "two": pngWithKey + "," + turnedPhoto, "double": base64.StdEncoding.EncodeToString([]byte(pngWithKey)),
		"JSON": base64.StdEncoding.EncodeToString([]byte(`{"a":"` + pngWithKey + `"}`)), "hex": hex.EncodeToString(raw), "percent": strings.ReplaceAll(pngWithKey, "A", "%41"), "key": map[string]any{pngWithKey: 1}, "GIF": other, "GIF in an object": map[string]any{"value": other},
	} {
		_, err := save(value)
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_INVALID_REQUEST, "%s in a definition: %v", name, err)
		_, err = s.tryShare("acme", "w1", &sharingv1.Share{Samples: sample("any", value)})
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_INVALID_REQUEST, "%s in a sample: %v", name, err)
	}
}
