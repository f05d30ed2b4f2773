package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

var readAnyText = object{
	"version": "1.0", "inputs": []any{object{"type": "WorkflowImage", "name": "image"}},
	"steps":   []any{object{"type": "roboflow_core/pp_ocr@v1", "name": "ocr", "images": "$inputs.image"}},
	"outputs": []any{object{"type": "JsonField", "name": "text", "selector": "$steps.ocr.result"}},
}

// readsText runs a step that names no model, in a workspace that has none: for its owner
// and, because the default model is public, for a visitor of a link with default settings.
func readsText(t *testing.T, in *installation) {
	owner := in.tenant(t)
	flow := owner.workflow(t, "read", readAnyText)
	page := object{"inputs": object{"image": picture(sign(t, "KEYHOLE", "OPEN 2468"))}}
	eventually(t, time.Minute, "the public model is made", func() bool {
		return owner.call(t, http.MethodPost, flow+":run", page).status == http.StatusOK
	})
	_, token := owner.share(t, flow, nil)
	r := in.guest().shared(t, token, page)
	if r.status != http.StatusOK || !strings.Contains(r.text("outputs.0.text"), "KEYHOLE") {
		t.Errorf("a visitor reads %s", r)
	}
}

func TestAFreshInstallationReadsText(t *testing.T) {
	t.Parallel()
	readsText(t, install(t, oneProcess, options{models: true}))
}
