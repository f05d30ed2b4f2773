package settings

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// all are the fields of a share that its owner sets.
var all = []string{
	"title", "version", "follow_live", "run_access", "credential_access", "charged_key", "limits", "sinks_enabled",
	"view_disabled", "run_disabled", "fork_disabled", "start_time", "expire_time", "frame_origins", "run_origins", "samples", "confirmed_destinations", "presentation",
	"slot_credentials", "gate",
}

// outputOnly are fields that change nothing. Clients read a share, edit it and send all of
// its fields back.
var outputOnly = []string{"name", "token", "uri", "state", "detected", "notices", "create_time", "update_time", "suspension", "examples"}

// edit is a share while its settings are changed.
type edit struct {
	workflow workflows.Workflow
	// before is the stored row, and the zero value for a new share. row is what the edit
	// makes of it.
	row, before shares.Share
	created     bool
	now         time.Time
	// paths are the settings that the request names.
	paths []string
	// limited reports that the request has limits, so that a limit of zero is not a
	// missing one.
	limited bool
	// confirmed are the unknown destinations that the owner has confirmed. The vault keeps
	// them with the grant.
	confirmed []string
	// resumed reports that the owner resumes the share. This ends a suspension.
	resumed bool
	// paused reports that the share is paused, and not changed otherwise.
	paused bool
	// grant is what the vault is asked for before the row is written, nil if nothing.
	grant *vaultinternalv1.PutCredentialGrantRequest
}

func (e *edit) name() string { return e.row.Name(e.workflow) }

// opens reports whether a setting must be checked: it is opened now, the request names it,
// or the version changes. Otherwise it was checked before. A setting that can no longer be
// opened does not prevent the change of others.
func (e *edit) opens(setting string, openBefore bool) bool {
	return e.created || !openBefore || mentions(e.paths, setting) || e.before.Version != e.row.Version || e.before.FollowLive != e.row.FollowLive
}

// populated lists the settings that a message has: what to change if there is no mask.
func populated(in *sharingv1.Share) []string {
	var paths []string
	in.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if name := string(f.Name()); slices.Contains(all, name) {
			paths = append(paths, name)
		}
		return true
	})
	slices.Sort(paths)
	return paths
}

// mentions reports whether a mask names a field or a part of it.
func mentions(paths []string, field string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		head, _, _ := strings.Cut(p, ".")
		return head == field
	})
}
