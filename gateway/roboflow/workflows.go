package roboflow

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxListed bounds a list, because these clients know no pages.
const (
	pageSize  = 500
	maxListed = 20 * pageSize
)

// list reads the workflows of the workspace in the path.
func (x *exchange) list(ctx context.Context, trash bool) ([]*sharingv1.Workflow, error) {
	parent, err := x.parent()
	if err != nil {
		return nil, err
	}
	var all []*sharingv1.Workflow
	for token := ""; ; {
		page, err := x.Sharing.ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: parent, PageSize: pageSize, PageToken: token, ShowDeleted: trash})
		if err != nil {
			return nil, err
		}
		all = append(all, page.GetWorkflows()...)
		if token = page.GetNextPageToken(); token == "" || len(all) >= maxListed {
			return all, nil
		}
	}
}

func listWorkflows(ctx context.Context, x *exchange) (any, error) {
	all, err := x.list(ctx, false)
	if err != nil {
		return nil, err
	}
	rows := make([]any, len(all))
	for i, w := range all {
		rows[i] = brief(w)
	}
	return object{"workflows": rows, "status": "ok"}, nil
}

func idOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func at(t *timestamppb.Timestamp) string { return t.AsTime().Format(time.RFC3339Nano) }

// brief is a workflow without its definition. Its id and its slug are the same.
func brief(w *sharingv1.Workflow) object {
	id, title := idOf(w.GetName()), w.GetTitle()
	if title == "" {
		title = id
	}
	return object{"id": id, "name": title, "url": id, "createdAt": at(w.GetCreateTime()), "updatedAt": at(w.GetUpdateTime())}
}

// whole is a workflow with a definition. The platform wraps definitions in a JSON string.
func whole(w *sharingv1.Workflow, definition []byte) object {
	out := brief(w)
	out["config"] = "{}"
	if len(definition) > 0 {
		out["config"] = `{"specification":` + string(definition) + `}`
	}
	if n := w.GetLiveVersion(); n > 0 {
		out["version"] = fmt.Sprint(n)
	}
	return out
}

// find reads a workflow and the definition of a version, the live one for 0.
func (x *exchange) find(ctx context.Context, name string, version int32) (*sharingv1.Workflow, []byte, error) {
	w, err := x.Sharing.GetWorkflow(ctx, &sharingv1.GetWorkflowRequest{Name: name})
	if err != nil || version == 0 {
		return w, w.GetDefinition(), err
	}
	v, err := x.Sharing.GetWorkflowVersion(ctx, &sharingv1.GetWorkflowVersionRequest{Name: fmt.Sprintf("%s/versions/%d", name, version)})
	return w, v.GetDefinition(), err
}

func getWorkflow(ctx context.Context, x *exchange) (any, error) {
	name, err := x.workflow()
	if err != nil {
		return nil, err
	}
	version, err := versionNumber([]byte(x.query("workflow_version")))
	if err != nil {
		return nil, err
	}
	w, definition, err := x.find(ctx, name, version)
	if err != nil {
		return nil, err
	}
	if w.GetDeleteTime() != nil {
		return nil, errs.NotFound("workflow not found in your workspaces; it is in the trash")
	}
	out := whole(w, definition)
	if version > 0 {
		out["version"] = fmt.Sprint(version)
	}
	return object{"workflow": out, "status": "ok"}, nil
}

func listVersions(ctx context.Context, x *exchange) (any, error) {
	name, err := x.workflow()
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for token := ""; ; {
		page, err := x.Sharing.ListWorkflowVersions(ctx, &sharingv1.ListWorkflowVersionsRequest{Parent: name, PageSize: pageSize, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, v := range page.GetVersions() {
			rows = append(rows, object{"version": fmt.Sprint(v.GetNumber()), "id": fmt.Sprint(v.GetNumber()), "created": at(v.GetCreateTime())})
		}
		if token = page.GetNextPageToken(); token == "" || len(rows) >= maxListed {
			return object{"versions": rows, "status": "ok"}, nil
		}
	}
}

// createWorkflow takes all fields in the query. The platform's clients send config "{}" for
// a workflow without a definition.
func createWorkflow(ctx context.Context, x *exchange) (any, error) {
	parent, err := x.parent()
	if err != nil {
		return nil, err
	}
	w, err := x.Sharing.CreateWorkflow(ctx, &sharingv1.CreateWorkflowRequest{
		Parent: parent, WorkflowId: slug(x.query("url")),
		Workflow: &sharingv1.Workflow{Title: x.query("name"), Definition: definitionOf(x.query("config"))},
	})
	if err != nil {
		return nil, err
	}
	out := whole(w, w.GetDefinition())
	return object{"id": out["id"], "name": out["name"], "url": out["url"], "workflow": out, "workflows": out, "status": "created"}, nil
}

// definitionOf reads config. Sharing takes it out of its wrappers.
func definitionOf(config string) []byte {
	config = strings.TrimSpace(strings.TrimPrefix(config, "\ufeff"))
	if config == "" || config == "{}" || config == `{"specification":{}}` {
		return nil
	}
	return []byte(config)
}

var notSlug = regexp.MustCompile(`[^a-z0-9_]+`)

// slug makes an id of a slug, as the platform's clients make a slug of a name.
func slug(text string) string {
	text = strings.Trim(notSlug.ReplaceAllString(strings.ToLower(text), "-"), "-_")
	return text[:min(len(text), 63)]
}

func updateWorkflow(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		ID     string  `json:"id"`
		Name   *string `json:"name"`
		URL    string  `json:"url"`
		Config *string `json:"config"`
	}
	if err := x.read(&body); err != nil {
		return nil, err
	}
	id := body.ID
	if id == "" {
		id = body.URL
	}
	if id == "" {
		return nil, required("id", "the id of the workflow")
	}
	if body.URL != "" && body.URL != id {
		return nil, errs.InvalidArgument("a workflow keeps its url; send its id as url").Field("url", "differs from id")
	}
	name, err := workflowName(x.path[0], id)
	if err != nil {
		return nil, err
	}
	change, mask := &sharingv1.Workflow{Name: name}, &fieldmaskpb.FieldMask{}
	if body.Name != nil {
		change.Title, mask.Paths = *body.Name, append(mask.Paths, "title")
	}
	if body.Config != nil && definitionOf(*body.Config) != nil {
		change.Definition, mask.Paths = definitionOf(*body.Config), append(mask.Paths, "definition")
	}
	if len(mask.GetPaths()) == 0 {
		return nil, required("config", "the definition, as a string")
	}
	w, err := x.Sharing.UpdateWorkflow(ctx, &sharingv1.UpdateWorkflowRequest{Workflow: change, UpdateMask: mask})
	if err != nil {
		return nil, err
	}
	return object{"id": id, "url": id, "status": "updated", "version": fmt.Sprint(w.GetLiveVersion())}, nil
}
