package workflows

import (
	"fmt"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// message returns the version as its workspace sees it.
func (v Version) message(w Workflow) *sharingv1.WorkflowVersion {
	out := &sharingv1.WorkflowVersion{
		Name: names.Version(w.Workspace, w.ID, v.Number), Number: int32(v.Number), VersionHash: v.Hash, Author: v.Author,
		CreateTime: resource.Timestamp(v.Created),
		Definition: v.Definition,
	}
	return out
}

// message returns the workflow as its workspace sees it. Listings pass no version and have
// no definition.
func (w Workflow) message(v *Version) *sharingv1.Workflow {
	out := &sharingv1.Workflow{
		Name: names.Workflow(w.Workspace, w.ID), Title: w.Title, Description: w.Description, LiveVersion: int32(w.Live),
		ForkedFrom: w.ForkedFrom, Etag: w.etag(), CreateTime: resource.Timestamp(w.Created), UpdateTime: resource.Timestamp(w.Updated),
		DeleteTime: resource.Timestamp(w.Deleted),
	}
	if w.Deleted != 0 {
		out.PurgeTime = resource.Timestamp(w.Deleted + TrashLife.Microseconds())
	}
	if v != nil {
		out.Definition, out.VersionHash = v.Definition, v.Hash
	}
	return out
}

func (w Workflow) etag() string { return fmt.Sprintf("%s.%d", w.UID[len(w.UID)-12:], w.Revision) }

func (w Workflow) check(etag string) error {
	if etag != "" && etag != w.etag() {
		return resource.Conflict("workflow")
	}
	return nil
}

// TrashLife is how long a deleted workflow can be undeleted.
const TrashLife = 30 * 24 * time.Hour
