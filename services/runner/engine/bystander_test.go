package engine_test

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Bystanders are blocks of the language that Keyhole does not have yet. The
// cases use them next to the blocks that are under test here: to join levels, to
// merge branches, to branch. They are as small as the cases allow.
const bystanderManifests = `[
 {"type": "roboflow_core/dimension_collapse@v1", "aliases": ["DimensionCollapse"], "category": "transformation",
  "fields": [{"name": "data", "required": true, "auto_cast": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}]}],
  "outputs": [{"name": "output", "kinds": ["list_of_values"]}], "output_offset": -1},
 {"type": "roboflow_core/first_non_empty_or_default@v1", "aliases": ["FirstNonEmptyOrDefault"], "category": "formatter",
  "fields": [{"name": "data", "required": true, "accepts": [{"list_of": [{"selector": "any_data", "kinds": ["*"]}]}]},
             {"name": "default", "default": null, "accepts": [{"literal": "any"}]}],
  "outputs": [{"name": "output", "kinds": ["*"]}], "accepts_empty": true},
 {"type": "roboflow_core/switch_case@v1", "aliases": ["SwitchCase"], "category": "flow_control",
  "fields": [{"name": "value", "required": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}, {"literal": "any"}]},
             {"name": "cases", "required": true, "accepts": [{"map_of": [{"selector": "step"}]}]},
             {"name": "case_insensitive", "default": false, "accepts": [{"literal": "boolean"}]},
             {"name": "default_next_steps", "default": [], "accepts": [{"list_of": [{"selector": "step"}]}]}],
  "outputs": []},
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
		"roboflow_core/dimension_collapse@v1": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("output", append([]any{}, c.Batch("data").Values...)), nil
		}),
		"roboflow_core/first_non_empty_or_default@v1": stateless(func(c *engine.Call) (engine.Result, error) {
			list, _ := c.Arg("data").([]any)
			for _, item := range list {
				if item != nil {
					return one("output", item), nil
				}
			}
			return one("output", c.Arg("default")), nil
		}),
		"roboflow_core/switch_case@v1": func(s engine.Step) (engine.Block, error) {
			cases, _ := s.Fields["cases"].(map[string]any)
			otherwise, _ := s.Fields["default_next_steps"].([]any)
			return decides(func(c *engine.Call) ([]string, error) {
				if target, ok := cases[value.Text(c.Arg("value"))].(string); ok {
					return []string{target}, nil
				}
				var next []string
				for _, target := range otherwise {
					next = append(next, target.(string))
				}
				return next, nil
			}), nil
		},
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
