package templates_test

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/compiled"
	"github.com/keyhole-dev/keyhole/services/runner/templates"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

func gallery(t *testing.T) *templates.Gallery {
	t.Helper()
	g, err := templates.New(manifest.Core())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// full returns all templates with everything.
func full(t *testing.T) []*runnerv1.Template {
	t.Helper()
	g := gallery(t)
	var all []*runnerv1.Template
	for _, listed := range g.List().GetTemplates() {
		one, err := g.Get(listed.GetName())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func TestEveryTemplateCompilesForTheRunner(t *testing.T) {
	t.Parallel()
	cache := compiled.New(10, blocks.All())
	list := full(t)
	if len(list) < 8 {
		t.Errorf("%d templates", len(list))
	}
	for _, one := range list {
		if _, err := cache.Compile(one.GetDefinition()); err != nil {
			t.Errorf("%s: %v", one.GetName(), err)
		}
	}
}

func TestTemplatesSayWhatTheyNeed(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for _, one := range full(t) {
		needs := []string{}
		for _, need := range one.GetNeeds() {
			needs = append(needs, need.GetTitle())
		}
		if slices.Contains(needs, "") {
			t.Errorf("%s: a need has no words: %v", one.GetName(), one.GetNeeds())
		}
		if one.GetExampleFromRun() != (len(needs) == 0) {
			t.Errorf("%s: needs %v, example from a run: %v", one.GetName(), needs, one.GetExampleFromRun())
		}
		got[strings.TrimPrefix(one.GetName(), "templates/")] = needs
	}
	key, detector := "an OpenAI key", "a model that finds objects"
	want := map[string][]string{
		"read-text": {}, "filter-by-confidence": {}, "classify-and-route": {}, "redact-text": {},
		"caption-picture": {key}, "fields-as-json": {key}, "compare-prompts": {key}, "detect-crop-ask": {detector, key},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// An example has exactly the outputs of the definition.
func TestExamplesHaveTheOutputsOfTheDefinition(t *testing.T) {
	t.Parallel()
	for _, one := range full(t) {
		var definition struct{ Outputs []struct{ Name string } }
		var example map[string]any
		if err := json.Unmarshal(one.GetDefinition(), &definition); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(one.GetExample(), &example); err != nil {
			t.Fatalf("%s: %v", one.GetName(), err)
		}
		var want []string
		for _, output := range definition.Outputs {
			want = append(want, output.Name)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(example))); diff != "" {
			t.Errorf("%s: %s", one.GetName(), diff)
		}
	}
}

func TestTextsAndPicturesAreThere(t *testing.T) {
	t.Parallel()
	for _, one := range full(t) {
		if one.GetTitle() == "" || one.GetSummary() == "" || one.GetCredit() == "" || len(one.GetGuide()) < 100 || strings.Contains(one.GetGuide(), "](") {
			t.Errorf("%s: title %q, summary %q, credit %q, guide of %d bytes", one.GetName(), one.GetTitle(), one.GetSummary(), one.GetCredit(), len(one.GetGuide()))
		}
		if picture, err := jpeg.DecodeConfig(bytes.NewReader(one.GetThumbnail())); err != nil || picture.Width != 400 || picture.Height != 250 {
			t.Errorf("%s: the thumbnail is %+v, %v", one.GetName(), picture, err)
		}
	}
	for _, listed := range gallery(t).List().GetTemplates() {
		if listed.GetDefinition() != nil || listed.GetInputs() != nil || listed.GetExample() != nil || listed.GetGuide() != "" {
			t.Errorf("%s: a list has what only the template has", listed.GetName())
		}
	}
}

// The pictures are in the program, and the repository.
func TestPicturesAreSmall(t *testing.T) {
	t.Parallel()
	total := int64(0)
	err := fs.WalkDir(os.DirFS("data"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".jpg") {
			return err
		}
		info, err := entry.Info()
		total += info.Size()
		return err
	})
	if err != nil || total > 600_000 {
		t.Errorf("%d bytes of pictures, %v", total, err)
	}
}

func TestAnUnknownTemplateIsNotFound(t *testing.T) {
	t.Parallel()
	if _, err := gallery(t).Get("templates/none"); errs.ReasonOf(err) != errorsv1.Reason_REASON_NOT_FOUND {
		t.Errorf("got %v", err)
	}
}
