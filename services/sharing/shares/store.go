package shares

import (
	"context"
	"database/sql"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Store reads and writes the rows of shares. Every query for the rows of a workspace names
// the workspace.
type Store struct{ db *sqldb.DB }

// NewStore returns the store in a database.
func NewStore(db *sqldb.DB) Store { return Store{db: db} }

// Find reads a share of a workflow. workflow is the unique ID of the workflow. Find,
// ByLink and ByUID return sqldb.ErrNoRow if there is no such share.
func (s Store) Find(ctx context.Context, ws, workflow, id string) (Share, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE workspace = $1 AND workflow = $2 AND id = $3`, ws, workflow, id), scanShare)
}

// ByLink reads the share with this hash of its link's token.
func (s Store) ByLink(ctx context.Context, link string) (Share, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+shareColumns+` FROM shares WHERE link = $1`, link), scanShare)
}

// ByUID reads a share by its unique ID.
func (s Store) ByUID(ctx context.Context, uid string) (Share, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+shareColumns+` FROM shares WHERE uid = $1`, uid), scanShare)
}

// List returns the shares of a workflow after a position, oldest first.
func (s Store) List(ctx context.Context, ws, workflow string, after Cursor, revoked bool, limit int) ([]Share, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE workspace = $1 AND workflow = $2 AND (create_time, uid) > ($3, $4) AND ($5 OR state <> 3)
		ORDER BY create_time, uid LIMIT $6`, ws, workflow, after.Created, after.UID, revoked, limit)
	return sqldb.All(rows, err, scanShare)
}

// Cursor is the position after a page of shares.
type Cursor struct {
	Created int64  `json:"c"`
	UID     string `json:"u"`
}

// Insert writes a new share. It returns false when the ID is taken.
func (s Store) Insert(ctx context.Context, r Share) (bool, error) {
	return s.changed(ctx, `INSERT INTO shares (`+shareColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
		$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38) ON CONFLICT (workflow, id) DO NOTHING`,
		r.UID, r.Workspace, r.Workflow, r.ID, r.Link, r.LinkEpoch, r.State, r.Title, r.Version, r.FollowLive, r.RunAccess,
		r.CredentialAccess, r.GrantedHash, r.ChargedKey, r.Runs, r.VisitorRuns, r.Calls, r.Period, r.LimitEpoch,
		r.Sinks, r.ForkDisabled, r.Expires, r.FrameOrigins, r.Samples, r.Created, r.Updated, r.PendingSince,
		r.Promise, r.Pictures, r.VisitorPictures, r.RunOrigins, r.Presentation, r.SlotCredentials, r.Gate, r.GateEpoch,
		r.ViewDisabled, r.RunDisabled, r.Starts)
}

// Update writes r if the row was last changed at the time before and is not revoked. It
// returns false otherwise.
func (s Store) Update(ctx context.Context, r Share, before int64) (bool, error) {
	return s.changed(ctx, `UPDATE shares SET link = $1, link_epoch = $2, state = $3, title = $4, version = $5,
		follow_live = $6, run_access = $7, credential_access = $8, granted_hash = $9, charged_key = $10, limit_runs = $11,
		limit_visitor = $12, limit_calls = $13, limit_period = $14, limit_epoch = $15, sinks_enabled = $16, fork_disabled = $17,
		expire_time = $18, frame_origins = $19, samples = $20, update_time = $21,
		grant_pending_since = $22, promise = $23, limit_pictures = $24, limit_visitor_pictures = $25, run_origins = $26,
		presentation = $27, slot_credentials = $28, gate = $29, gate_epoch = $30, view_disabled = $31,
		run_disabled = $32, start_time = $33 WHERE uid = $34 AND workspace = $35 AND update_time = $36 AND state <> 3`,
		r.Link, r.LinkEpoch, r.State, r.Title, r.Version, r.FollowLive, r.RunAccess, r.CredentialAccess, r.GrantedHash,
		r.ChargedKey, r.Runs, r.VisitorRuns, r.Calls, r.Period, r.LimitEpoch, r.Sinks, r.ForkDisabled, r.Expires,
		r.FrameOrigins, r.Samples, r.Updated, r.PendingSince, r.Promise, r.Pictures, r.VisitorPictures, r.RunOrigins,
		r.Presentation, r.SlotCredentials, r.Gate, r.GateEpoch, r.ViewDisabled, r.RunDisabled, r.Starts, r.UID, r.Workspace, before)
}

// MarkPending marks the share's grant as pending now, in the row and in r. It returns false
// when the row has changed since it was read.
func (s Store) MarkPending(ctx context.Context, r *Share, now int64) (bool, error) {
	updated := max(now, r.Updated+1)
	did, err := s.changed(ctx, `UPDATE shares SET grant_pending_since = $1, update_time = $2 WHERE uid = $3 AND workspace = $4 AND update_time = $5`,
		now, updated, r.UID, r.Workspace, r.Updated)
	if did {
		r.PendingSince, r.Updated = now, updated
	}
	return did, err
}

// ClearPending removes the mark unless the row has changed since it was read.
func (s Store) ClearPending(ctx context.Context, r Share) error {
	_, err := s.changed(ctx, `UPDATE shares SET grant_pending_since = 0 WHERE uid = $1 AND workspace = $2 AND update_time = $3`,
		r.UID, r.Workspace, r.Updated)
	return err
}

// Pending returns shares whose grant has been pending since before a time, oldest first.
func (s Store) Pending(ctx context.Context, before int64, limit int) ([]Share, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE grant_pending_since <> 0 AND grant_pending_since < $1 ORDER BY grant_pending_since LIMIT $2`, before, limit)
	return sqldb.All(rows, err, scanShare)
}

// PendingOf returns the shares of a workflow whose grant is pending.
func (s Store) PendingOf(ctx context.Context, ws, workflow string) ([]Share, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE workspace = $1 AND workflow = $2 AND grant_pending_since <> 0`, ws, workflow)
	return sqldb.All(rows, err, scanShare)
}

// Pause pauses an active share, in its row and in r.
func (s Store) Pause(ctx context.Context, r *Share) error {
	did, err := s.changed(ctx, `UPDATE shares SET state = 2, update_time = update_time + 1 WHERE uid = $1 AND workspace = $2 AND state = 1`,
		r.UID, r.Workspace)
	if did {
		r.State = sharingv1.ShareState_SHARE_STATE_PAUSED
		r.Updated++
	}
	return err
}

// Discard removes the row of a share whose creation failed. While its grant is pending the
// share is revoked instead: without the row no sweep would find the grant.
func (s Store) Discard(ctx context.Context, r Share, now int64) error {
	gone, err := s.changed(ctx, `DELETE FROM shares WHERE uid = $1 AND workspace = $2 AND grant_pending_since = 0`, r.UID, r.Workspace)
	if err != nil || gone {
		return err
	}
	return s.Revoke(ctx, r.Workspace, r.UID, max(now, r.Updated+1))
}

// changed runs a statement in a transaction, which is repeated when it meets another one.
// It reports whether the statement changed a row.
func (s Store) changed(ctx context.Context, statement string, args ...any) (did bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		did, err = sqldb.Changed(tx.ExecContext(ctx, statement, args...))
		return err
	})
	return did, err
}

// Revoke revokes a share, also when it has changed since it was read.
func (s Store) Revoke(ctx context.Context, ws, uid string, now int64) error {
	_, err := s.changed(ctx, `UPDATE shares SET state = 3, update_time = $1,
		grant_pending_since = CASE WHEN credential_access = 2 OR grant_pending_since <> 0 THEN CAST($1 AS BIGINT) ELSE 0 END WHERE uid = $2 AND workspace = $3`, now, uid, ws)
	return err
}
