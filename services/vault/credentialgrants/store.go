package credentialgrants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Grant allows the runs of a share to use credentials.
type Grant struct {
	share       string
	Workspace   string
	versionHash string
	slots       []Slot
	calls       int64
	period      int64
	grantedBy   string
	createTime  int64
	SuspendTime sql.NullInt64
	// choice identifies the share's own choice of credentials.
	choice string
}

// Slot is one slot that a grant covers. UID names the credential that the owner granted: a later one with the same id is
// not granted.
type Slot struct {
	Step        string `json:"step"`
	Field       string `json:"field"`
	Credential  string `json:"credential"`
	UID         string `json:"uid"`
	Destination string `json:"destination"`
	// ConfirmedFor is the uid of the credential that may go to an unknown destination, as the owner confirmed.
	ConfirmedFor string `json:"confirmed_for,omitempty"`
	// exposed means that the owner must replace the value of the credential. It is never stored.
	exposed bool
}

// Slot returns what the grant says about a slot of a version.
func (g *Grant) Slot(versionHash, step, field string) (Slot, bool) {
	if g.versionHash != versionHash {
		return Slot{}, false
	}
	at := slices.IndexFunc(g.slots, func(s Slot) bool { return s.Step == step && s.Field == field })
	if at < 0 {
		return Slot{}, false
	}
	return g.slots[at], true
}

// keepUIDs copies the uids of an earlier grant: a credential that its owner has not confirmed stays unconfirmed.
func (g *Grant) keepUIDs(earlier *Grant) {
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

// putGrant replaces the grant of a share. A suspended grant stays suspended, unless it is resumed.
func putGrant(ctx context.Context, tx *sql.Tx, g Grant, resume bool) error {
	slots, err := sqldb.ToJSON(g.slots)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO credential_grants
		(share, workspace, version_hash, slots, calls, period, granted_by, create_time, choice, suspend_time)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)
		ON CONFLICT (share) DO UPDATE SET version_hash = excluded.version_hash, slots = excluded.slots,
		calls = excluded.calls, period = excluded.period, granted_by = excluded.granted_by,
		create_time = excluded.create_time, choice = excluded.choice, suspend_time = CASE WHEN $10 THEN NULL ELSE credential_grants.suspend_time END`,
		g.share, g.Workspace, g.versionHash, slots, g.calls, g.period, g.grantedBy, g.createTime, g.choice, resume)
	if err != nil {
		return fmt.Errorf("put credential grant: %w", err)
	}
	return nil
}

// grantRow returns nil if the share has no grant.
func grantRow(ctx context.Context, q sqldb.Queryer, workspace, share string) (*Grant, error) {
	var (
		g     Grant
		slots string
	)
	err := q.QueryRowContext(ctx, `SELECT share, workspace, version_hash, slots, calls, period, granted_by, create_time,
		choice, suspend_time FROM credential_grants WHERE workspace = $1 AND share = $2`, workspace, share).
		Scan(&g.share, &g.Workspace, &g.versionHash, &slots, &g.calls, &g.period, &g.grantedBy, &g.createTime, &g.choice, &g.SuspendTime)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, sqldb.Error(fmt.Errorf("read credential grant: %w", err))
	}
	return &g, sqldb.FromJSON(slots, &g.slots)
}

// deleteGrant deletes the grant of a share, unless it is the covered one. It reports whether it deleted a grant, and
// whether that grant was suspended.
func deleteGrant(ctx context.Context, tx *sql.Tx, g, covered Grant) (deleted, suspended bool, err error) {
	err = tx.QueryRowContext(ctx, `DELETE FROM credential_grants WHERE workspace = $1 AND share = $2
		AND NOT (version_hash = $3 AND calls = $4 AND period = $5 AND choice = $6) RETURNING suspend_time IS NOT NULL`,
		g.Workspace, g.share, covered.versionHash, covered.calls, covered.period, covered.choice).Scan(&suspended)
	if errors.Is(err, sqldb.ErrNoRow) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("delete credential grant: %w", err)
	}
	return true, suspended, nil
}

// Suspend reports false if there is no grant, or if it is already suspended.
func Suspend(ctx context.Context, tx *sql.Tx, workspace, share string, at int64) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `UPDATE credential_grants SET suspend_time = $3
		WHERE workspace = $1 AND share = $2 AND suspend_time IS NULL`, workspace, share, at))
	if err != nil {
		return false, fmt.Errorf("suspend credential grant: %w", err)
	}
	return ok, nil
}
