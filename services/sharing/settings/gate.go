package settings

import (
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/gate"
)

// setGate copies the whole gate, or the part that the mask names. The stored password stays if the
// request asks for one and brings none: clients read a share, edit it and send all of it back.
func (e *edit) setGate(in *sharingv1.Gate, part string) error {
	next, err := gate.Parse(e.row.Gate)
	if err != nil && part != "" {
		return resource.Invalid("share.gate", "cannot be read; set the whole gate")
	}
	if part == "" || part == "password" || part == "password_required" {
		if next.Password, err = passwordOf(in, next.Password, part); err != nil {
			return err
		}
	}
	if part == "" || part == "workspaces" {
		next.Workspaces = workspaceIDs(in.GetWorkspaces())
	}
	if part != "" && !slices.Contains([]string{"password", "password_required", "workspaces"}, part) {
		return resource.Invalid("update_mask", "a gate has no field %q", part)
	}
	e.useGate(next.Text())
	return nil
}

// keepsGate refuses to remove a gate with the mask "*": a client that does not know gates sends a whole
// share without one, and would open the link to everybody.
func (e *edit) keepsGate(in *sharingv1.Share, whole bool) error {
	if !whole || in.GetGate() != nil || e.row.Gate == "" {
		return nil
	}
	return resource.Invalid("share.gate", "is missing, and the link has a gate; to remove the gate, name it in update_mask")
}

// useGate starts a new epoch if the gate changes. So passes of the old gate end, and also those of a
// gate that is taken away and set again.
func (e *edit) useGate(text string) {
	if text != e.row.Gate {
		e.row.Gate = text
		e.row.GateEpoch = e.before.GateEpoch + 1
	}
}

// passwordOf returns the hash of the password that the gate asks for from now on.
func passwordOf(in *sharingv1.Gate, stored, part string) (string, error) {
	switch {
	case in.GetPassword() != "":
		return gate.NewPassword(in.GetPassword())
	case !in.GetPasswordRequired() || part == "password":
		return "", nil
	case stored == "":
		return "", resource.Invalid("share.gate.password", "must be set: the gate has no password yet")
	}
	return stored, nil
}

func workspaceIDs(names []string) []string {
	var ids []string
	for _, name := range names {
		ids = append(ids, resource.Segment(name, 0))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
