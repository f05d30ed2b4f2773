package templates

import (
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// keys and models are the words for the needs of templates. A test fails if one is missing.
var (
	keys   = map[string]string{"openai": "an OpenAI key"}
	models = map[string]string{"object-detection": "a model that finds objects"}
)

// needsOf lists the credentials and models that a workflow leaves open, without duplicates:
// slots without a credential, and inputs for a model without a default.
func needsOf(report inspect.Report) []*runnerv1.TemplateNeed {
	var needs []*runnerv1.TemplateNeed
	seen := map[string]bool{}
	add := func(need *runnerv1.TemplateNeed) {
		if what := need.GetProvider() + " " + need.GetTask(); !seen[what] {
			seen[what] = true
			needs = append(needs, need)
		}
	}
	for _, model := range report.Models {
		if model.ID == "" {
			add(&runnerv1.TemplateNeed{Title: models[model.Task], Task: model.Task})
		}
	}
	for _, slot := range report.Slots {
		if !slot.Bound() {
			add(&runnerv1.TemplateNeed{Title: keys[slot.Provider], Provider: slot.Provider})
		}
	}
	return needs
}
