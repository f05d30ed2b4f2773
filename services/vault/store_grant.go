package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// credentialGrant says that runs of a share may use credentials.
type credentialGrant struct {
	share       string
	workspace   string
	versionHash string
	slots       []grantedSlot
	calls       int64
	period      int64
	grantedBy   string
	createTime  int64
	suspendTime sql.NullInt64
}

// grantedSlot is one slot that a grant covers. UID says which credential was
// meant: a later one of the same id is not granted.
type grantedSlot struct {
	Step        string `json:"step"`
	Field       string `json:"field"`
	Credential  string `json:"credential"`
	UID         string `json:"uid"`
	Destination string `json:"destination"`
	// ConfirmedFor is the uid of the credential that the owner has confirmed to go to the
	// destination, which is unknown.
	ConfirmedFor string `json:"confirmed_for,omitempty"`
	// exposed: the credential's value needs to be replaced. It is read, never written.
	exposed bool
}

// slot finds what the grant says of a slot of a version.
func (g *credentialGrant) slot(versionHash, step, field string) (grantedSlot, bool) {
	if g.versionHash != versionHash {
		return grantedSlot{}, false
	}
	at := slices.IndexFunc(g.slots, func(s grantedSlot) bool { return s.Step == step && s.Field == field })
	if at < 0 {
		return grantedSlot{}, false
	}
	return g.slots[at], true
}

// keepUIDs puts the uids of an earlier grant into this one: what its owner has not
// confirmed stays unconfirmed.
func (g *credentialGrant) keepUIDs(earlier *credentialGrant) {
	if earlier == nil {
		return
	}
	confirmed := make(map[string]string, len(earlier.slots))
	for _, s := range earlier.slots {
		confirmed[s.Credential] = s.UID
	}
	for i := range g.slots {
		if uid, ok := confirmed[g.slots[i].Credential]; ok {
			g.slots[i].UID = uid
		}
	}
}

// putGrant writes a share's grant in place of the former one. What was suspended stays
// so, unless it is resumed.
func putGrant(ctx context.Context, tx *sql.Tx, g credentialGrant, resume bool) error {
	slots, err := sqldb.ToJSON(g.slots)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO credential_grants
		(share, workspace, version_hash, slots, calls, period, granted_by, create_time, suspend_time)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)
		ON CONFLICT (share) DO UPDATE SET version_hash = excluded.version_hash, slots = excluded.slots,
		calls = excluded.calls, period = excluded.period, granted_by = excluded.granted_by,
		create_time = excluded.create_time, suspend_time = CASE WHEN $9 THEN NULL ELSE credential_grants.suspend_time END`,
		g.share, g.workspace, g.versionHash, slots, g.calls, g.period, g.grantedBy, g.createTime, resume)
	if err != nil {
		return fmt.Errorf("put credential grant: %w", err)
	}
	return nil
}

// grantRow returns nil if the share has none.
func grantRow(ctx context.Context, q sqldb.Queryer, workspace, share string) (*credentialGrant, error) {
	var (
		g     credentialGrant
		slots string
	)
	err := q.QueryRowContext(ctx, `SELECT share, workspace, version_hash, slots, calls, period, granted_by, create_time,
		suspend_time FROM credential_grants WHERE workspace = $1 AND share = $2`, workspace, share).
		Scan(&g.share, &g.workspace, &g.versionHash, &slots, &g.calls, &g.period, &g.grantedBy, &g.createTime, &g.suspendTime)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, sqldb.Error(fmt.Errorf("read credential grant: %w", err))
	}
	return &g, sqldb.FromJSON(slots, &g.slots)
}

// deleteGrant deletes a share's grant, unless it is the one that is covered. It
// reports false if nothing was deleted, and whether what was deleted was suspended.
func deleteGrant(ctx context.Context, tx *sql.Tx, g, covered credentialGrant) (deleted, suspended bool, err error) {
	err = tx.QueryRowContext(ctx, `DELETE FROM credential_grants WHERE workspace = $1 AND share = $2
		AND NOT (version_hash = $3 AND calls = $4 AND period = $5) RETURNING suspend_time IS NOT NULL`,
		g.workspace, g.share, covered.versionHash, covered.calls, covered.period).Scan(&suspended)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("delete credential grant: %w", err)
	}
	return true, suspended, nil
}

// suspendGrant reports false if there is none, or if it was suspended before.
func suspendGrant(ctx context.Context, tx *sql.Tx, workspace, share string, at int64) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `UPDATE credential_grants SET suspend_time = $3
		WHERE workspace = $1 AND share = $2 AND suspend_time IS NULL`, workspace, share, at))
	if err != nil {
		return false, fmt.Errorf("suspend credential grant: %w", err)
	}
	return ok, nil
}
