package sessions

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
)

// reader says whose sessions a caller may see and end: all of a workspace, or those of one person.
type reader struct{ workspace, person string }

// all reports whether it is the sessions of the whole workspace. A reader of these may also revoke the workspace's
// keys.
func (r reader) all() bool { return r.person == "" }

// reader returns what a caller may see of a workspace. An owner sees all sessions, an editor and a viewer their own.
func (s *Sessions) reader(ctx context.Context, p caller.Principal, workspace string) (reader, error) {
	if p.Kind == caller.Member || p.Kind == caller.Operator {
		return reader{workspace: workspace}, nil
	}
	k, err := keys.Find(ctx, s.db, p.Key)
	if err != nil {
		return reader{}, err
	}
	if k.Person == "" { // a right of an editor or viewer is always a person's
		return reader{}, resource.NotFound("session")
	}
	return reader{workspace: workspace, person: k.Person}, nil
}
