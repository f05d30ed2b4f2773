package keys

import (
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// Role is what the holder of an owner key may do. The values are those of the column and of the contract.
type Role int64

// The roles. NoRole, the zero value, is that of a person who was removed: it admits to nothing.
const (
	NoRole     = Role(vaultv1.PersonRole_PERSON_ROLE_UNSPECIFIED)
	RoleViewer = Role(vaultv1.PersonRole_PERSON_ROLE_VIEWER)
	RoleEditor = Role(vaultv1.PersonRole_PERSON_ROLE_EDITOR)
	RoleOwner  = Role(vaultv1.PersonRole_PERSON_ROLE_OWNER)
)

// RoleColumn is the role of the key in a row k of api_keys: that of its person now, or owner for a key of no person.
const RoleColumn = `CASE WHEN k.person = '' THEN 3 ELSE
	COALESCE((SELECT p.role FROM people p WHERE p.workspace = k.workspace AND p.id = k.person AND p.remove_time IS NULL), 0) END`

// Kind is how other services see a holder with the role.
func (r Role) Kind() caller.Kind {
	switch r {
	case RoleViewer:
		return caller.Viewer
	case RoleEditor:
		return caller.Editor
	case RoleOwner:
		return caller.Member
	default:
		return caller.None
	}
}

// PersonName is the resource name of a person.
func PersonName(ws, person string) string { return "workspaces/" + ws + "/people/" + person }
