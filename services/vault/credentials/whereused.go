package credentials

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// uses is when a credential was last used, and how many live versions name it.
type uses struct {
	name      string
	last      int64
	workflows int32
}

// addUses adds to a page of credentials, sorted by id, when each was last used and how many workflows name it. It is
// one query: each subquery reads one end of an index, or counts in one.
func (s *Credentials) addUses(ctx context.Context, ws string, page []*vaultv1.Credential) error {
	if len(page) == 0 {
		return nil
	}
	prefix := Name(ws, "")
	rows, err := s.db.QueryContext(ctx, `SELECT $1 || id,
		COALESCE((SELECT MAX(a.start_time) FROM attempts a WHERE a.credential = $1 || credentials.id), 0),
		(SELECT COUNT(*) FROM credential_uses u WHERE u.workspace = credentials.workspace AND u.credential = credentials.id)
		FROM credentials WHERE workspace = $2 AND id >= $3 AND id <= $4`,
		prefix, ws, page[0].GetName()[len(prefix):], page[len(page)-1].GetName()[len(prefix):])
	found, err := sqldb.All(rows, err, func(r sqldb.Scanner) (u uses, err error) {
		return u, r.Scan(&u.name, &u.last, &u.workflows)
	})
	if err != nil {
		return sqldb.Error(fmt.Errorf("read uses of credentials: %w", err))
	}
	of := make(map[string]uses, len(found))
	for _, u := range found {
		of[u.name] = u
	}
	for _, c := range page {
		u := of[c.GetName()]
		c.WorkflowCount = u.workflows
		if u.last > 0 {
			c.LastUseTime = timestamppb.New(sqldb.FromMicros(u.last))
		}
	}
	return nil
}

// addUsers adds the names of the workflows and shares that use a credential.
func (s *Credentials) addUsers(ctx context.Context, ws, cid string, c *vaultv1.Credential) (err error) {
	if c.Workflows, err = usesOf(ctx, s.db, ws, cid); err != nil {
		return err
	}
	c.Shares, err = grantsOf(ctx, s.db, ws, cid)
	return err
}
