package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackDraftOverHTTP requests the draft of a workflow by every route: with a link, with
// the key of another workspace, without a key, and like Roboflow's clients with the owner's
// own key. No route shows it or runs it, except the owner's own run on /v1.
func TestAttackDraftOverHTTP(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "the draft over every route")
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		owner, other := in.tenant(t), in.tenant(t)
		flow := owner.workflow(t, "hello", plain())
		_, token := owner.share(t, flow, object{"followLive": true, "frameOrigins": []string{"*"}})
		const unpublished = "unpublished idea"
		raw, err := json.Marshal(plain())
		if err != nil {
			t.Fatal(err)
		}
		saved := owner.must(t, http.MethodPatch, flow+"/draft", object{"definition": json.RawMessage(strings.Replace(string(raw), "hello {who}", unpublished, 1))})
		etag := saved.text("etag")
		id := strings.TrimPrefix(owner.name, "workspaces/")
		hidden := func(r reply) bool {
			return !strings.Contains(string(r.body), unpublished) && !strings.Contains(string(r.body), etag)
		}
		more := []object{{"draft": true}, {"draft": true, "draftEtag": etag}, {"draft": true, "draft_etag": etag, "version": 0}, {"draftEtag": etag}, {"version": "draft"}, {"workflow_version_id": "draft"}, {"stepOutputs": true}}
		for _, fields := range more {
			for who, c := range map[string]*client{"a guest": in.guest(), "another tenant": other.client, "the owner": owner.client} {
				body := object{"inputs": object{"who": "x"}}
				for name, v := range fields {
					body[name] = v
				}
				for _, path := range []string{
					"/v1/shared/" + token + ":run", "/v1/shared/" + token + ":runStream", "/s/" + token + "/x/workflows/x", "/s/" + token + "/infer/workflows/x/y",
					"/" + id + "/workflows/hello", "/infer/workflows/" + id + "/hello", "/" + id + "/workflows/draft", "/" + id + "/workflows/hello/draft",
				} {
					r := c.call(t, http.MethodPost, path, body)
					a.Attempt(hidden(r), "%s, %s with %v: %s", who, path, fields, r)
				}
				if who != "the owner" {
					for _, path := range []string{flow + ":run", flow + ":runStream"} {
						r := c.call(t, http.MethodPost, path, body)
						a.Attempt(hidden(r) && r.status != http.StatusOK, "%s, %s with %v: %s", who, path, fields, r)
					}
				}
			}
		}
		for who, c := range map[string]*client{"a guest": in.guest(), "another tenant": other.client} {
			for _, path := range []string{flow + "/draft", "/v1/shared/" + token, "/v1/shared/" + token + "/draft", "/s/" + token, "/embed/" + token, flow + "/versions/0", flow, "/v1/shared/draft"} {
				r := c.call(t, http.MethodGet, path, nil)
				a.Attempt(hidden(r), "%s, GET %s: %s", who, path, r)
			}
			r := c.call(t, http.MethodPost, "/v1/shared/"+token+":fork", object{"parent": other.name, "draft": true})
			a.Attempt(hidden(r), "%s forks: %s", who, r)
			for method, path := range map[string]string{http.MethodPatch: flow + "/draft", http.MethodDelete: flow + "/draft", http.MethodPost: flow + "/draft:publish"} {
				r := c.call(t, method, path, nil)
				a.Attempt(hidden(r) && r.status != http.StatusOK, "%s, %s %s: %s", who, method, path, r)
			}
		}
		a.Attempt(owner.call(t, http.MethodPost, flow+":run", object{"inputs": object{"who": "x"}, "draft": true, "draftEtag": "old"}).status == http.StatusConflict, "a run of another draft")
		own := owner.post(t, flow+":run", object{"inputs": object{"who": "x"}, "draft": true, "draftEtag": etag})
		if own.text("outputs.0.text") != unpublished {
			t.Errorf("the owner's own run of the draft: %s", own)
		}
		run := owner.get(t, "/v1/"+own.text("run"))
		if run.at("draft") != true || run.text("chargedKey") != owner.keyName {
			t.Errorf("the run is listed as %s", run)
		}
	})
}

// TestStepOutputsOverHTTP: values are JSON and not encoded texts, and numbers keep their
// digits.
func TestStepOutputsOverHTTP(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		owner := in.tenant(t)
		flow := owner.workflow(t, "hello", plain())
		r := owner.must(t, http.MethodPost, flow+":runStream", object{"inputs": object{"who": "you"}, "stepOutputs": true})
		if text := string(r.body); !strings.Contains(text, `"values":[{`) || !strings.Contains(text, `"hello you"`) || !strings.Contains(text, `"elements":1`) {
			t.Errorf("got %s", text)
		}
	})
}
