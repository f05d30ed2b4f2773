package shares

import (
	"cmp"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/gate"
)

// GateLink returns the link with its gate.
func (r *Resolved) GateLink() gate.Link {
	g, err := gate.Parse(r.Share.Gate)
	return gate.Link{
		Share: r.Share.UID, Workspace: r.Share.Workspace, Title: r.Title(), LinkEpoch: r.Share.LinkEpoch, Epoch: r.Share.GateEpoch,
		Gate: g, Broken: err != nil, Stopped: r.Share.State != sharingv1.ShareState_SHARE_STATE_ACTIVE || r.Suspended(),
	}
}

// Title returns what visitors read above all else.
func (r *Resolved) Title() string {
	return cmp.Or(r.Share.PresentationMessage().GetTitle(), r.Workflow.Title)
}

// GateMessage returns the gate as its owner sees it, nil for none.
func (s *Share) GateMessage() *sharingv1.Gate {
	g, err := gate.Parse(s.Gate)
	if err != nil || g.IsOpen() {
		return nil
	}
	out := &sharingv1.Gate{PasswordRequired: g.Password != ""}
	for _, ws := range g.Workspaces {
		out.Workspaces = append(out.Workspaces, "workspaces/"+ws)
	}
	return out
}
