package exposure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Suspension is one time that the guard stopped a share.
type Suspension struct {
	ID         string
	Value      Value
	Run        string
	Time       int64
	Characters int64
	Chance     bool
	// Most is how many suspensions the value may cause before it must be replaced.
	Most int64
	// count is how many it has caused, including this one.
	count int64
}

func putSuspension(ctx context.Context, tx *sql.Tx, p Suspension) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO suspensions
		(id, workspace, value, share, credential, run, time, characters, chance, most) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, p.Value.Workspace, p.Value.Fingerprint, p.Value.Share, p.Value.Credential, p.Run, p.Time, p.Characters, p.Chance, p.Most)
	if err != nil {
		return fmt.Errorf("insert suspension: %w", err)
	}
	return nil
}

// SuspensionOf is the latest suspension of a share, or nil.
func (s *Memory) SuspensionOf(ctx context.Context, workspace, share string) (*Suspension, error) {
	return Latest(ctx, s.db, workspace, share)
}

// Latest is the latest suspension of a share, or nil.
func Latest(ctx context.Context, q sqldb.Queryer, workspace, share string) (*Suspension, error) {
	p := Suspension{Value: Value{Workspace: workspace, Share: share}}
	err := q.QueryRowContext(ctx, `SELECT p.id, p.value, p.credential, p.run, p.time, p.characters, p.chance, p.most,
		(SELECT COUNT(*) FROM suspensions q WHERE q.workspace = p.workspace AND q.value = p.value)
		FROM suspensions p WHERE p.workspace = $1 AND p.share = $2 ORDER BY p.time DESC, p.id DESC LIMIT 1`, workspace, share).
		Scan(&p.ID, &p.Value.Fingerprint, &p.Value.Credential, &p.Run, &p.Time, &p.Characters, &p.Chance, &p.Most, &p.count)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, sqldb.Error(fmt.Errorf("read suspension: %w", err))
	}
	return &p, nil
}

// suspensionsBy counts the suspensions that a value has caused, and how many it may cause.
func suspensionsBy(ctx context.Context, q sqldb.Queryer, workspace, value string) (count, most int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(most), 1) FROM suspensions WHERE workspace = $1 AND value = $2`,
		workspace, value).Scan(&count, &most)
	if err != nil {
		return 0, 0, sqldb.Error(fmt.Errorf("count suspensions: %w", err))
	}
	return count, most, nil
}

// Put stores a suspension and adds to the details of its event what the owner may know. It runs in the transaction
// that suspends the share.
func Put(ctx context.Context, tx *sql.Tx, p Suspension, details map[string]string) error {
	if err := putSuspension(ctx, tx, p); err != nil {
		return err
	}
	var err error
	if p.count, _, err = suspensionsBy(ctx, tx, p.Value.Workspace, p.Value.Fingerprint); err != nil {
		return err
	}
	others, err := othersShown(ctx, tx, p.Value)
	if err != nil {
		return err
	}
	p.tell(details)
	if len(others) > 0 {
		details["other_shares"] = strings.Join(others, " ")
	}
	return nil
}

// exposedNow reports whether the value must be replaced before the share can be resumed.
func (p *Suspension) exposedNow() bool { return p.count >= p.Most }

// tell adds to the details of an event what the owner may know: how many characters, never which.
func (p *Suspension) tell(details map[string]string) {
	details["characters"], details["suspensions"] = strconv.FormatInt(p.Characters, 10), strconv.FormatInt(p.count, 10)
	details["chance"] = "unlikely"
	if p.Chance {
		details["chance"] = "likely"
	}
	if p.exposedNow() {
		details["needed"] = "a new value of the credential"
	}
}

func (p *Suspension) Message() *vaultinternalv1.Suspension {
	return &vaultinternalv1.Suspension{
		Run: p.Run, Time: timestamppb.New(sqldb.FromMicros(p.Time)), Credential: p.Value.Credential, Characters: int32(p.Characters),
		ChanceLikely: p.Chance, Count: int32(p.count), NewValueNeeded: p.exposedNow(),
	}
}
