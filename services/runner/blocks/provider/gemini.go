package provider

import (
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

var geminiAPI = address{base: "https://generativelanguage.googleapis.com/v1beta/"}

// geminiPicture keeps a request below the 20 MB that Google takes
// (https://ai.google.dev/gemini-api/docs/image-understanding), in bytes of base64.
const geminiPicture = 18_000_000

// geminiNames are the names of previews that became models.
var geminiNames = map[string]string{
	"gemini-2.5-pro-preview-06-05": "gemini-2.5-pro", "gemini-2.5-pro-preview-05-06": "gemini-2.5-pro",
	"gemini-2.5-pro-preview-03-25": "gemini-2.5-pro",
}

// gemini is Google's block. Version 4 asks for boxes in Gemini's own form.
func gemini(form boxes) engine.Constructor {
	return family{
		at: geminiAPI, protocol: protocol.Generate{}, model: "model_version", names: geminiNames,
		style: style{boxes: form}, pictureLimit: geminiPicture, tune: tuneGemini,
	}.block
}

// tuneGemini sets the options of models from version 3 on.
func tuneGemini(call *engine.Call, task string, q *protocol.Question) error {
	if task == "object-detection" && strings.Contains(q.System, "box_2d") {
		q.Schema = boxSchema(call.Arg("classes"))
	}
	if strings.HasPrefix(q.Model, "gemini-1") || strings.HasPrefix(q.Model, "gemini-2") {
		return nil
	}
	q.Effort = field(call, "thinking_level")
	if runs, _ := call.Arg("google_code_execution").(bool); runs {
		q.Extra = map[string]any{"tools": []map[string]any{{"code_execution": map[string]any{}}}}
	}
	return nil
}

// boxSchema is the schema of boxes (https://ai.google.dev/api/caching#Schema).
func boxSchema(classes any) map[string]any {
	side := map[string]any{"type": "INTEGER", "minimum": 0, "maximum": 1000}
	return map[string]any{"type": "ARRAY", "items": map[string]any{
		"type": "OBJECT", "required": []string{"box_2d", "label"},
		"properties": map[string]any{
			"box_2d": map[string]any{"type": "ARRAY", "items": side, "minItems": 4, "maxItems": 4},
			"label":  map[string]any{"type": "STRING", "enum": classes},
		},
	}}
}
