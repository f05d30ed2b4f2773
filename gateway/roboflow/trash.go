package roboflow

import (
	"context"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// keptInTrash is how long sharing keeps what is in the trash.
const keptInTrash = 30 * 24 * time.Hour

func deleteWorkflow(ctx context.Context, x *exchange) (any, error) {
	name, err := x.workflow()
	if err != nil {
		return nil, err
	}
	w, err := x.Sharing.DeleteWorkflow(ctx, &sharingv1.DeleteWorkflowRequest{Name: name})
	if err != nil {
		return nil, err
	}
	out := object{"deleted": true, "type": "workflow", "workflowId": x.path[2], "trash": true}
	if w.GetDeleteTime() != nil {
		out["scheduledCleanupAt"] = w.GetDeleteTime().AsTime().Add(keptInTrash).Format(time.RFC3339Nano)
	}
	return out, nil
}

func listTrash(ctx context.Context, x *exchange) (any, error) {
	all, err := x.list(ctx, true)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, w := range all {
		if w.GetDeleteTime() == nil {
			continue
		}
		one := brief(w)
		one["type"], one["deletedAt"] = "workflow", at(w.GetDeleteTime())
		one["scheduledCleanupAt"] = w.GetDeleteTime().AsTime().Add(keptInTrash).Format(time.RFC3339Nano)
		items = append(items, one)
	}
	return object{"items": items, "sections": object{"datasets": []any{}, "versions": []any{}, "workflows": items}}, nil
}

func restoreTrash(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	if err := x.read(&body); err != nil {
		return nil, err
	}
	if body.Type != "workflow" {
		return nil, errs.InvalidArgument("only workflows are restored here: send type workflow").Field("type", "must be workflow")
	}
	name, err := workflowName(x.path[0], body.ID)
	if err != nil {
		return nil, err
	}
	if _, err := x.Sharing.UndeleteWorkflow(ctx, &sharingv1.UndeleteWorkflowRequest{Name: name}); err != nil {
		return nil, err
	}
	return object{"restored": true, "type": "workflow", "id": body.ID, "status": "ok"}, nil
}
