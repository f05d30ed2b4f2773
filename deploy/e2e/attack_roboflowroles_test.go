package e2e_test

import (
	"bytes"
	"net/http"
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// Roboflow's routes for the trash and the builder, with keys that may not use them: a viewer's,
// that of another workspace, and none.
func TestAttackRoboflowTrash(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S13", "the trash and the builder of Roboflow's clients, by keys that may not use them")
	in := install(t, oneProcess, options{})
	w, other := in.tenant(t), in.tenant(t)
	w.post(t, w.path()+"/workflows?workflowId=gone", object{"title": "Gone Flow", "definition": plain()})
	w.must(t, http.MethodDelete, w.path()+"/workflows/gone", nil)
	ws := w.path()[len("/v1/workspaces"):]
	restore := func(key string) reply {
		return in.guest().call(t, http.MethodPost, ws+"/trash/restore", object{"api_key": key, "type": "workflow", "id": "gone"})
	}
	trash := func(key string) reply { return in.guest().call(t, http.MethodGet, ws+"/trash?api_key="+key, nil) }
	outputs := func(key string) reply {
		return in.guest().call(t, http.MethodPost, "/workflows/blocks/dynamic_outputs?api_key="+key,
			object{"type": "roboflow_core/json_parser@v1", "name": "j", "raw_json": "$inputs.x", "expected_fields": []any{"a"}})
	}
	closed := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}
	viewer := w.person(t, "PERSON_ROLE_VIEWER")
	if r := trash(viewer.key); r.status != http.StatusOK || !bytes.Contains(r.body, []byte("Gone Flow")) {
		t.Errorf("a viewer looks into the trash: %s", r)
	}
	for who, key := range map[string]string{"a viewer": viewer.key, "another tenant": other.key, "nobody": ""} {
		r := restore(key)
		a.Attempt(slices.Contains(closed, r.status), "%s restores a workflow: %s", who, r)
	}
	for who, key := range map[string]string{"another tenant": other.key, "nobody": ""} {
		r := trash(key)
		a.Attempt(slices.Contains(closed, r.status) && !bytes.Contains(r.body, []byte("Gone")), "%s looks into the trash: %s", who, r)
	}
	r := outputs("")
	a.Attempt(r.status == http.StatusUnauthorized, "nobody asks for outputs: %s", r)
	editor := w.person(t, "PERSON_ROLE_EDITOR")
	if r := outputs(editor.key); r.status != http.StatusOK {
		t.Errorf("an editor asks for outputs: %s", r)
	}
	if r := restore(w.key); r.status != http.StatusOK {
		t.Errorf("the owner restores the workflow: %s", r)
	}
}
