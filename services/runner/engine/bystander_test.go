package engine_test

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// Bystanders are blocks of the language that Keyhole does not have yet. Cases use them
// together with the blocks under test: to join levels, to merge branches, to branch. They
// implement only what the cases need.
const bystanderManifests = `[
 {"type": "roboflow_core/roboflow_classification_model@v3", "category": "model",
  "fields": [{"name": "images", "aliases": ["image"], "required": true, "batch": "batch", "accepts": [{"selector": "any_data", "kinds": ["image"]}]},
             {"name": "model_id", "required": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}, {"literal": "string"}]}],
  "outputs": [{"name": "predictions", "kinds": ["classification_prediction"]}, {"name": "inference_id", "kinds": ["inference_id"]},
              {"name": "model_id", "kinds": ["roboflow_model_id"]}]},
 {"type": "roboflow_core/environment_secrets_store@v1", "category": "formatter",
  "fields": [{"name": "variables_storing_secrets", "required": true, "accepts": [{"list_of": [{"literal": "string"}]}]}],
  "outputs": [{"name": "*", "kinds": ["secret"]}]}
]`

func bystanders() engine.Registry {
	return engine.Registry{
		"roboflow_core/environment_secrets_store@v1": func(s engine.Step) (engine.Block, error) {
			names, _ := s.Fields["variables_storing_secrets"].([]any)
			return engine.BlockFunc(stored(names)), nil
		},
	}
}

// stored has the one variable that the cases set.
func stored(names []any) func(context.Context, *engine.Call) (engine.Result, error) {
	return func(context.Context, *engine.Call) (engine.Result, error) {
		out := engine.Outputs{}
		for _, name := range names {
			out[strings.ToLower(name.(string))] = nil
			if name == "DUMMY_SECRET" {
				out["dummy_secret"] = "this-is-not-a-real-secret"
			}
		}
		return engine.One(out), nil
	}
}
