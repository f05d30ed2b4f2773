package rewrite_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

func parse(t *testing.T, raw string) *workflow.Definition {
	t.Helper()
	d, problems := workflow.Parse([]byte(raw))
	if problems != nil {
		t.Fatal(problems)
	}
	return d
}

const raw = `{ "version":"1.0", "x" : "$credentials.ignored", "inputs":[],
  "steps": [{"type":"a","name":"s",  "api_key":"$credentials.mine","b":{"c":["rf_key:user:9","é $credentials.mine."]}, "d":"$credentials"}],"outputs":[]}`

func TestUnbindChangesReferencesAndNothingElse(t *testing.T) {
	t.Parallel()
	got, err := rewrite.Unbind(parse(t, raw))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("$credentials.ignored", "$credentials", "$credentials.mine", "$credentials", "rf_key:user:9", "$credentials").Replace(raw)
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again, err := rewrite.Unbind(parse(t, string(got)))
	if err != nil || string(again) != want {
		t.Errorf("doing it twice changes more: %s, %v", again, err)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	d := parse(t, raw)
	got, err := rewrite.Replace(d, map[string]string{"/steps/0/d": rewrite.Bound("new")})
	if want := strings.Replace(raw, `"$credentials"`, `"$credentials.new"`, 1); err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	for _, pointer := range []string{"/steps/0/none", "/steps", ""} {
		if _, err := rewrite.Replace(d, map[string]string{pointer: "a"}); err == nil {
			t.Errorf("%q was replaced", pointer)
		}
	}
}

func TestStripLeavesNoID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[A-Za-z0-9_-]{1,8}(\.[a-z]{1,3})?`).Draw(t, "id")
		before := rapid.StringMatching(`[ $.a-z]{0,10}`).Draw(t, "before")
		after := rapid.StringMatching(`([ .$][ $.a-z]{0,10})?`).Draw(t, "after")
		got := rewrite.Strip(before + "$credentials." + id + after)
		if strings.Contains(got, "$credentials."+id) {
			t.Fatalf("%q holds the id %q", got, id)
		}
		if again := rewrite.Strip(got); again != got {
			t.Fatalf("%q becomes %q when done again", got, again)
		}
	})
}
