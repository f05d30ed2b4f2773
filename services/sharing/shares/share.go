package shares

import (
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

const (
	// PendingGrace is how long the call that marked a grant pending has to clear it. After
	// that a sweep does.
	PendingGrace = 10 * time.Second
	// GrantWithin bounds the request of that call to the vault. It is well below
	// PendingGrace.
	GrantWithin = 5 * time.Second
)

// Share is the row of a share.
type Share struct {
	UID, Workspace, Workflow, ID string
	Link                         string
	LinkEpoch                    int64
	State                        sharingv1.ShareState
	Title                        string
	Version                      int64
	FollowLive                   bool
	RunAccess                    sharingv1.RunAccess
	CredentialAccess             sharingv1.CredentialAccess
	GrantedHash                  string
	ChargedKey                   string
	Runs, VisitorRuns, Calls     int64
	Pictures, VisitorPictures    int64
	Period                       int64
	LimitEpoch                   int64
	Sinks, ForkDisabled          bool
	Expires                      int64
	FrameOrigins, Samples        string
	RunOrigins                   string
	Created, Updated             int64
	// PendingSince is the time since which the vault may have a grant that the row does
	// not cover; 0 is never.
	PendingSince int64
	// Promise is the text of the link's promise.
	Promise string
	// Presentation is what visitors read, in JSON.
	Presentation string
	// SlotCredentials is the text of the bindings of slots.
	SlotCredentials string
	// Gate is the text of the gate. GateEpoch changes with the gate and whenever the share is
	// resumed: passes of an earlier epoch are dead.
	Gate      string
	GateEpoch int64
	// ViewDisabled and RunDisabled refuse what ForkDisabled refuses of forks.
	ViewDisabled, RunDisabled bool
	// Starts is when the link begins to work.
	Starts int64
}

const shareColumns = `uid, workspace, workflow, id, link, link_epoch, state, title, version, follow_live, run_access,
	credential_access, granted_hash, charged_key, limit_runs, limit_visitor, limit_calls, limit_period, limit_epoch,
	sinks_enabled, fork_disabled, expire_time, frame_origins, samples, create_time, update_time,
	grant_pending_since, promise, limit_pictures, limit_visitor_pictures, run_origins, presentation, slot_credentials,
	gate, gate_epoch, view_disabled, run_disabled, start_time`

func scanShare(r sqldb.Scanner) (s Share, err error) {
	err = r.Scan(
		&s.UID, &s.Workspace, &s.Workflow, &s.ID, &s.Link, &s.LinkEpoch, &s.State, &s.Title, &s.Version, &s.FollowLive, &s.RunAccess,
		&s.CredentialAccess, &s.GrantedHash, &s.ChargedKey, &s.Runs, &s.VisitorRuns, &s.Calls, &s.Period, &s.LimitEpoch,
		&s.Sinks, &s.ForkDisabled, &s.Expires, &s.FrameOrigins, &s.Samples, &s.Created, &s.Updated,
		&s.PendingSince, &s.Promise, &s.Pictures, &s.VisitorPictures, &s.RunOrigins, &s.Presentation, &s.SlotCredentials,
		&s.Gate, &s.GateEpoch, &s.ViewDisabled, &s.RunDisabled, &s.Starts,
	)
	return s, err
}

// Name returns the name of the share in the API.
func (s *Share) Name(w workflows.Workflow) string { return names.Share(s.Workspace, w.ID, s.ID) }

// Opened reports whether visitors use the owner's key or credentials.
func (s *Share) Opened() bool {
	return s.RunAccess == sharingv1.RunAccess_RUN_ACCESS_OWNER || s.Hidden()
}

// Hidden reports whether visitors use the owner's credentials.
func (s *Share) Hidden() bool {
	return s.CredentialAccess == sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER
}

// BeingGranted reports whether another call may be changing the share's grant now.
func (s *Share) BeingGranted(now time.Time) bool {
	return s.PendingSince != 0 && now.Sub(time.UnixMicro(s.PendingSince)) < PendingGrace
}

// VersionNumber returns the version that the share opens.
func (s *Share) VersionNumber(w workflows.Workflow) int64 {
	if s.FollowLive {
		return w.Live
	}
	return s.Version
}
