package roboflow

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/strict"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// target is the workflow that a path names.
type target struct {
	token, workspace, workflow string
	inline                     bool
}

// check refuses a path that cannot name a workflow.
func (t target) check() error {
	switch {
	case t.inline:
		return nil
	case t.token == "" && (!segment.MatchString(t.workspace) || !segment.MatchString(t.workflow)):
		return errs.NotFound("workflow not found in your workspaces")
	case !utf8.ValidString(t.token):
		return errs.InvalidArgument("the path is not UTF-8 text").Field("token", strict.NotText)
	}
	return nil
}

var segment = regexp.MustCompile(`^[A-Za-z0-9_-]{1,63}$`)

// name is the resource name of a saved workflow.
func (t target) name() string { return "workspaces/" + t.workspace + "/workflows/" + t.workflow }

// targetOf reads a path, given as its first segment and the rest.
func targetOf(first, rest string) (target, bool) {
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	switch {
	case first == "workflows" && len(parts) == 1 && parts[0] == "run",
		first == "infer" && len(parts) == 1 && parts[0] == "workflows":
		return target{inline: true}, true
	case first == "infer" && len(parts) == 3 && parts[0] == "workflows":
		return target{workspace: parts[1], workflow: parts[2]}, true
	case first == "s" && linkInline(parts[1:]):
		return target{token: parts[0], inline: true}, true
	case first == "s":
		return target{token: parts[0]}, linkPath(parts[1:])
	case len(parts) == 2 && parts[0] == "workflows":
		return target{workspace: first, workflow: parts[1]}, true
	}
	return target{}, false
}

// linkPath matches {ws}/workflows/{wf}, or infer/workflows/{ws}/{wf}.
func linkPath(parts []string) bool {
	return len(parts) == 3 && parts[1] == "workflows" || len(parts) == 4 && parts[0] == "infer" && parts[1] == "workflows"
}

// linkInline matches workflows/run, or infer/workflows.
func linkInline(parts []string) bool {
	return len(parts) == 2 && (parts[0] == "workflows" && parts[1] == "run" || parts[0] == "infer" && parts[1] == "workflows")
}
