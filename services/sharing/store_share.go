package sharing

import (
	"context"
	"database/sql"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/scan"
)

// shareRow is a share as it is stored.
type shareRow struct {
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
	// GrantDoubt is since when the vault may have another grant than the row covers.
	GrantDoubt int64
	// Promise says where the link's visitors were told that their credentials go.
	Promise string
}

const shareColumns = `uid, workspace, workflow, id, link, link_epoch, state, title, version, follow_live, run_access,
	credential_access, granted_hash, charged_key, limit_runs, limit_visitor, limit_calls, limit_period, limit_epoch,
	sinks_enabled, fork_disabled, expire_time, frame_origins, samples, create_time, update_time,
	grant_doubt, promise, limit_pictures, limit_visitor_pictures, run_origins`

func (s *shareRow) fields() []any {
	return []any{
		&s.UID, &s.Workspace, &s.Workflow, &s.ID, &s.Link, &s.LinkEpoch, &s.State, &s.Title, &s.Version, &s.FollowLive, &s.RunAccess,
		&s.CredentialAccess, &s.GrantedHash, &s.ChargedKey, &s.Runs, &s.VisitorRuns, &s.Calls, &s.Period, &s.LimitEpoch,
		&s.Sinks, &s.ForkDisabled, &s.Expires, &s.FrameOrigins, &s.Samples, &s.Created, &s.Updated,
		&s.GrantDoubt, &s.Promise, &s.Pictures, &s.VisitorPictures, &s.RunOrigins,
	}
}

// owner reports whether either setting is open: strangers use what is the owner's.
func (s *shareRow) opened() bool {
	return s.RunAccess == sharingv1.RunAccess_RUN_ACCESS_OWNER || s.hidden()
}

func (s *shareRow) hidden() bool {
	return s.CredentialAccess == sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER
}

// store is the rows of shares. Every query of a tenant's rows names the tenant.
type store struct{ db *sqldb.DB }

// share reads a share of a workspace's workflow, by the workflow's uid.
func (s store) share(ctx context.Context, ws, workflow, id string) (row shareRow, found bool, err error) {
	found, err = scan.One(s.db.QueryRowContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE workspace = $1 AND workflow = $2 AND id = $3`, ws, workflow, id), row.fields())
	return row, found, err
}

// shareByLink reads the share whose link has the given hash.
func (s store) shareByLink(ctx context.Context, link string) (row shareRow, found bool, err error) {
	found, err = scan.One(s.db.QueryRowContext(ctx, `SELECT `+shareColumns+` FROM shares WHERE link = $1`, link), row.fields())
	return row, found, err
}

// shareByUID reads the share of a run.
func (s store) shareByUID(ctx context.Context, uid string) (row shareRow, found bool, err error) {
	found, err = scan.One(s.db.QueryRowContext(ctx, `SELECT `+shareColumns+` FROM shares WHERE uid = $1`, uid), row.fields())
	return row, found, err
}

// shares lists a page, oldest first, after the given position.
func (s store) shares(ctx context.Context, ws, workflow string, after shareCursor, revoked bool, limit int) ([]shareRow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE workspace = $1 AND workflow = $2 AND (create_time, uid) > ($3, $4) AND ($5 OR state <> 3)
		ORDER BY create_time, uid LIMIT $6`, ws, workflow, after.Created, after.UID, revoked, limit)
	if err != nil {
		return nil, err
	}
	return scan.All(rows, func(r *shareRow) []any { return r.fields() })
}

// shareCursor is where a listing of shares goes on.
type shareCursor struct {
	Created int64  `json:"c"`
	UID     string `json:"u"`
}

// insertShare writes a new share; false when its id is taken.
func (s store) insertShare(ctx context.Context, r shareRow) (bool, error) {
	inserted := false
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO shares (`+shareColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
			$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31) ON CONFLICT (workflow, id) DO NOTHING`,
			r.UID, r.Workspace, r.Workflow, r.ID, r.Link, r.LinkEpoch, r.State, r.Title, r.Version, r.FollowLive, r.RunAccess,
			r.CredentialAccess, r.GrantedHash, r.ChargedKey, r.Runs, r.VisitorRuns, r.Calls, r.Period, r.LimitEpoch,
			r.Sinks, r.ForkDisabled, r.Expires, r.FrameOrigins, r.Samples, r.Created, r.Updated, r.GrantDoubt,
			r.Promise, r.Pictures, r.VisitorPictures, r.RunOrigins)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		inserted = n == 1
		return err
	})
	return inserted, err
}

// updateShare writes r over the row that was changed last at the given time and
// is not revoked; false when somebody else was faster. A revoked share stays so.
func (s store) updateShare(ctx context.Context, r shareRow, before int64) (bool, error) {
	updated := false
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE shares SET link = $1, link_epoch = $2, state = $3, title = $4, version = $5,
			follow_live = $6, run_access = $7, credential_access = $8, granted_hash = $9, charged_key = $10, limit_runs = $11,
			limit_visitor = $12, limit_calls = $13, limit_period = $14, limit_epoch = $15, sinks_enabled = $16, fork_disabled = $17,
			expire_time = $18, frame_origins = $19, samples = $20, update_time = $21,
			grant_doubt = $22, promise = $23, limit_pictures = $24, limit_visitor_pictures = $25, run_origins = $26
			WHERE uid = $27 AND workspace = $28 AND update_time = $29 AND state <> 3`,
			r.Link, r.LinkEpoch, r.State, r.Title, r.Version, r.FollowLive, r.RunAccess, r.CredentialAccess, r.GrantedHash,
			r.ChargedKey, r.Runs, r.VisitorRuns, r.Calls, r.Period, r.LimitEpoch, r.Sinks, r.ForkDisabled, r.Expires,
			r.FrameOrigins, r.Samples, r.Updated, r.GrantDoubt, r.Promise, r.Pictures, r.VisitorPictures, r.RunOrigins,
			r.UID, r.Workspace, before)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		updated = n == 1
		return err
	})
	return updated, err
}

// doubtShare notes in a row, and in what was read of it, that its grant is in doubt
// now; false when the row was changed since it was read.
func (s store) doubtShare(ctx context.Context, r *shareRow, now int64) (bool, error) {
	updated := max(now, r.Updated+1)
	did, err := s.changed(ctx, `UPDATE shares SET grant_doubt = $1, update_time = $2 WHERE uid = $3 AND workspace = $4 AND update_time = $5`,
		now, updated, r.UID, r.Workspace, r.Updated)
	if did {
		r.GrantDoubt, r.Updated = now, updated
	}
	return did, err
}

// trustShare ends a doubt, unless the row was changed since.
func (s store) trustShare(ctx context.Context, r shareRow) error {
	_, err := s.changed(ctx, `UPDATE shares SET grant_doubt = 0 WHERE uid = $1 AND workspace = $2 AND update_time = $3`,
		r.UID, r.Workspace, r.Updated)
	return err
}

// doubted lists shares whose grant is in doubt since before the given time.
func (s store) doubted(ctx context.Context, before int64, limit int) ([]shareRow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE grant_doubt <> 0 AND grant_doubt < $1 ORDER BY grant_doubt LIMIT $2`, before, limit)
	if err != nil {
		return nil, err
	}
	return scan.All(rows, func(r *shareRow) []any { return r.fields() })
}

// doubtedOf lists those of a workflow.
func (s store) doubtedOf(ctx context.Context, ws, workflow string) ([]shareRow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+shareColumns+` FROM shares
		WHERE workspace = $1 AND workflow = $2 AND grant_doubt <> 0`, ws, workflow)
	if err != nil {
		return nil, err
	}
	return scan.All(rows, func(r *shareRow) []any { return r.fields() })
}

// pauseShare stops a share that works, in its row and in what was read of it.
func (s store) pauseShare(ctx context.Context, r *shareRow) error {
	did, err := s.changed(ctx, `UPDATE shares SET state = 2, update_time = update_time + 1 WHERE uid = $1 AND workspace = $2 AND state = 1`,
		r.UID, r.Workspace)
	if did {
		r.State = sharingv1.ShareState_SHARE_STATE_PAUSED
		r.Updated++
	}
	return err
}

// discardShare removes the row of a share that did not come about; while its grant is
// in doubt it is revoked instead, for the doubt would go with the row.
func (s store) discardShare(ctx context.Context, r shareRow, now int64) error {
	gone, err := s.changed(ctx, `DELETE FROM shares WHERE uid = $1 AND workspace = $2 AND grant_doubt = 0`, r.UID, r.Workspace)
	if err != nil || gone {
		return err
	}
	return s.revokeShare(ctx, r.Workspace, r.UID, max(now, r.Updated+1))
}

// changed reports whether a statement has changed a row.
func (s store) changed(ctx context.Context, statement string, args ...any) (did bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		did = n > 0
		return err
	})
	return did, err
}

// revokeShare kills a share, whatever else happens to it at the same time.
func (s store) revokeShare(ctx context.Context, ws, uid string, now int64) error {
	_, err := s.changed(ctx, `UPDATE shares SET state = 3, update_time = $1,
		grant_doubt = CASE WHEN credential_access = 2 OR grant_doubt <> 0 THEN CAST($1 AS BIGINT) ELSE 0 END WHERE uid = $2 AND workspace = $3`, now, uid, ws)
	return err
}

// uncoverTrash takes the use for a grant from shares that were opened while their
// workflow went to the trash.
func (s store) uncoverTrash(ctx context.Context, now int64) error {
	_, err := s.changed(ctx, `UPDATE shares SET granted_hash = '', grant_doubt = $1, update_time = update_time + 1
		WHERE granted_hash <> '' AND workflow IN (SELECT uid FROM workflows WHERE delete_time <> 0)`, now)
	return err
}

// purge removes for ever what has been in the trash since before the given time.
// Runs and line items stay: they are charges. What may still have a grant in the vault
// stays until it is withdrawn.
func (s store) purge(ctx context.Context, before int64) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		const over = `delete_time <> 0 AND delete_time < $1
			AND NOT EXISTS (SELECT 1 FROM shares WHERE shares.workflow = workflows.uid AND grant_doubt <> 0)`
		const old = `(SELECT uid FROM workflows WHERE ` + over + `)`
		for _, statement := range []string{
			`DELETE FROM shares WHERE workflow IN ` + old,
			`DELETE FROM versions WHERE workflow IN ` + old,
			`DELETE FROM workflows WHERE ` + over,
		} {
			if _, err := tx.ExecContext(ctx, statement, before); err != nil {
				return err
			}
		}
		return nil
	})
}
