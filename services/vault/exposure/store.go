package exposure

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// maxPlaces bounds the places that one text adds. It is above every threshold, so the others do not matter.
const maxPlaces = 64

// show stores places of a value. It is idempotent and commutes with the writes of other replicas, because a
// place is stored or not. Places are sorted, so that two writers lock rows in the same order and cannot
// deadlock.
func (s *Memory) show(ctx context.Context, v Value, places []place, at int64) error {
	places = places[:min(len(places), maxPlaces)]
	if len(places) == 0 {
		return nil
	}
	var values strings.Builder
	args := []any{v.Workspace, v.Fingerprint, v.Share, at}
	for i, p := range places {
		if i > 0 {
			values.WriteString(", ")
		}
		args = append(args, p.at, p.weak)
		values.WriteString("($1, $2, $3, $" + strconv.Itoa(len(args)-1) + ", $" + strconv.Itoa(len(args)) + ", $4)")
	}
	_, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `INSERT INTO shown (workspace, value, share, place, weak, first_time) VALUES ` + values.String() + ` ON CONFLICT DO NOTHING`,
		Args: args,
	})
	if err != nil {
		return fmt.Errorf("write shown places: %w", err)
	}
	return nil
}

// counts are numbers of symbols of a value: those that one share has shown, and those that all shares have
// shown together. Each counts once, as sure if any piece with it was.
type counts struct {
	own, sure, weak int64
}

// shownOf reads after the commit of show: in the same transaction two replicas that cross a threshold together
// would not see each other's places.
func (s *Memory) shownOf(ctx context.Context, v Value) (c counts, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(own), 0), COALESCE(SUM(sure), 0), COUNT(*) FROM (
		SELECT MAX(CASE WHEN share = $3 THEN 1 ELSE 0 END) AS own, MAX(CASE WHEN weak THEN 0 ELSE 1 END) AS sure
		FROM shown WHERE workspace = $1 AND value = $2 GROUP BY place) places`, v.Workspace, v.Fingerprint, v.Share).
		Scan(&c.own, &c.sure, &c.weak)
	if err != nil {
		return c, sqldb.Error(fmt.Errorf("count shown places: %w", err))
	}
	c.weak -= c.sure
	return c, nil
}

// othersShown lists other shares that have shown places of a value.
func othersShown(ctx context.Context, q sqldb.Queryer, v Value) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT share FROM shown
		WHERE workspace = $1 AND value = $2 AND share <> $3 ORDER BY share LIMIT 20`, v.Workspace, v.Fingerprint, v.Share)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (share string, err error) { return share, r.Scan(&share) })
}

// Value is a value that the answers of one share may show.
type Value struct {
	Workspace string
	Share     string
	// Credential is a resource name. Fingerprint is that of the value's body.
	Credential  string
	Fingerprint string
}

// place is a symbol of a body that was shown.
type place struct {
	at   int
	weak bool
}
