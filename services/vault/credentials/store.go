package credentials

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Credential is a third-party secret without its value.
type Credential struct {
	workspace   string
	ID          string
	UID         string
	provider    string
	title       string
	Hosts       []string
	slotKind    int64
	slotName    string
	slotPrefix  string
	Fingerprint string
	// Body is the fingerprint of the private part of the value. What answers show is remembered under it.
	Body       string
	Guardable  bool
	Version    int64
	createTime int64
	updateTime int64
	// Exposed means that the value has caused as many suspensions as it may. No link uses it until its owner
	// stores a new value.
	Exposed bool
}

func (c Credential) name() string { return Name(c.workspace, c.ID) }

// Provider is the name of its provider.
func (c Credential) Provider() string { return c.provider }

// CreatedAfter reports whether the credential was created after a time. What happened at that time was not with this
// one, whatever its id.
func (c Credential) CreatedAfter(micros int64) bool { return c.createTime > micros }

const credentialColumns = `workspace, id, uid, provider, title, hosts, slot_kind, slot_name, fingerprint, guardable,
	version, create_time, update_time, slot_prefix, body`

// credentialFields are the fields that scanCredential reads. The last one is Exposed: it counts the suspensions
// that the value has caused, for any share and under any id.
const credentialFields = credentialColumns + `, COALESCE((SELECT COUNT(*) >= MIN(suspensions.most)
	FROM suspensions WHERE suspensions.workspace = credentials.workspace AND suspensions.value = credentials.body), FALSE)`

// createCredential stores a credential and its sealed value. It reports false if the id is taken.
func createCredential(ctx context.Context, tx *sql.Tx, c Credential, sealed []byte) (bool, error) {
	hosts, err := sqldb.ToJSON(c.Hosts)
	if err != nil {
		return false, err
	}
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `INSERT INTO credentials (`+credentialColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (workspace, id) DO NOTHING`,
		c.workspace, c.ID, c.UID, c.provider, c.title, hosts, c.slotKind, c.slotName, c.Fingerprint, c.Guardable,
		c.Version, c.createTime, c.updateTime, c.slotPrefix, c.Body))
	if err != nil {
		return false, fmt.Errorf("insert credential: %w", err)
	}
	if !ok {
		return false, nil
	}
	return true, putValue(ctx, tx, c, sealed)
}

// dropValue destroys the stored value of a credential.
func dropValue(ctx context.Context, tx *sql.Tx, workspace, uid string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM credential_versions WHERE workspace = $1 AND uid = $2`, workspace, uid); err != nil {
		return fmt.Errorf("delete replaced value: %w", err)
	}
	return nil
}

// putValue stores the value of the credential's current version.
func putValue(ctx context.Context, tx *sql.Tx, c Credential, sealed []byte) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO credential_versions (workspace, uid, version, sealed, create_time)
		VALUES ($1, $2, $3, $4, $5)`, c.workspace, c.UID, c.Version, sealed, c.updateTime); err != nil {
		return fmt.Errorf("insert value: %w", err)
	}
	return nil
}

// Row returns sqldb.ErrNoRow if the workspace has no such credential.
func Row(ctx context.Context, q sqldb.Queryer, workspace, id string) (Credential, error) {
	return scanCredential(q.QueryRowContext(ctx, `SELECT `+credentialFields+` FROM credentials
		WHERE workspace = $1 AND id = $2`, workspace, id))
}

// find is Row with the error that a client gets.
func find(ctx context.Context, q sqldb.Queryer, workspace, id string) (Credential, error) {
	c, err := Row(ctx, q, workspace, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return c, resource.NotFound("credential")
	}
	return c, err
}

// selected is the condition for what a request of ListCredentials selects, on $1 to $4.
const selected = `workspace = $1 AND ($2 = '%%' OR id LIKE $2 ESCAPE '!' OR LOWER(title) LIKE $2 ESCAPE '!'
		OR LOWER(provider) LIKE $2 ESCAPE '!' OR hosts LIKE $2 ESCAPE '!')
	AND ($3 = '' OR provider = $3) AND ($4 = '' OR ($4 = 'in_use') = EXISTS (SELECT 1 FROM credential_uses u
		WHERE u.workspace = credentials.workspace AND u.credential = credentials.id))`

func selection(workspace string, of *vaultv1.ListCredentialsRequest) []any {
	return []any{workspace, sqldb.Containing(of.GetText()), of.GetProvider(), of.GetUse()}
}

// count returns how many credentials a request selects.
func (s *Credentials) count(ctx context.Context, workspace string, of *vaultv1.ListCredentialsRequest) (n int32, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM credentials WHERE `+selected, selection(workspace, of)...).Scan(&n)
	return n, sqldb.Error(err)
}

// list returns credentials after an id that contain a text.
func (s *Credentials) list(ctx context.Context, workspace string, of *vaultv1.ListCredentialsRequest, after string, limit int) ([]Credential, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+credentialFields+` FROM credentials WHERE `+selected+` AND id > $5 ORDER BY id LIMIT $6`,
		append(selection(workspace, of), after, limit)...)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (Credential, error) { return scanCredential(r) })
}

// lockCredential makes other changes of a credential wait until this transaction ends. Otherwise two changes could
// read the same row, and the second would undo the first.
func lockCredential(ctx context.Context, tx *sql.Tx, workspace, id string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE credentials SET update_time = update_time WHERE workspace = $1 AND id = $2`,
		workspace, id); err != nil {
		return fmt.Errorf("lock credential: %w", err)
	}
	return nil
}

// same returns the id of a credential with this value, these destinations and this slot; "" if there is none.
func (s *Credentials) same(ctx context.Context, c Credential) (string, error) {
	hosts, err := sqldb.ToJSON(c.Hosts)
	if err != nil {
		return "", err
	}
	var id string
	err = s.db.QueryRowContext(ctx, `SELECT id FROM credentials WHERE workspace = $1 AND fingerprint = $2 AND provider = $3
		AND hosts = $4 AND slot_kind = $5 AND slot_name = $6 AND slot_prefix = $7 ORDER BY id LIMIT 1`,
		c.workspace, c.Fingerprint, c.provider, hosts, c.slotKind, c.slotName, c.slotPrefix).Scan(&id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return "", nil
	}
	if err != nil {
		return "", sqldb.Error(fmt.Errorf("find same credential: %w", err))
	}
	return id, nil
}

// updateCredential writes all fields that may change to the row with this uid.
func updateCredential(ctx context.Context, tx *sql.Tx, uid string, c Credential) error {
	hosts, err := sqldb.ToJSON(c.Hosts)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE credentials SET title = $3, hosts = $4, slot_kind = $5, slot_name = $6,
		fingerprint = $7, guardable = $8, version = $9, update_time = $10, uid = $11, provider = $12, slot_prefix = $13, body = $14
		WHERE workspace = $1 AND uid = $2`,
		c.workspace, uid, c.title, hosts, c.slotKind, c.slotName, c.Fingerprint, c.Guardable, c.Version, c.updateTime, c.UID, c.provider, c.slotPrefix,
		c.Body)
	if err != nil {
		return fmt.Errorf("update credential: %w", err)
	}
	return nil
}

// deleteCredential destroys a credential and its value. It reports false if there is none.
func deleteCredential(ctx context.Context, tx *sql.Tx, workspace, id string) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM credentials WHERE workspace = $1 AND id = $2`, workspace, id))
	if err != nil {
		return false, fmt.Errorf("delete credential: %w", err)
	}
	return ok, nil
}

// Sealed is a credential with the sealed value of its version.
type Sealed struct {
	Credential
	sealed []byte
}

// sealedCredential returns sqldb.ErrNoRow if the workspace has no such credential.
func (s *Credentials) sealedCredential(ctx context.Context, workspace, id string) (Sealed, error) {
	var sealed []byte
	c, err := scanCredential(s.db.QueryRowContext(ctx, `SELECT `+credentialFields+`, (SELECT sealed FROM credential_versions v
		WHERE v.workspace = credentials.workspace AND v.uid = credentials.uid AND v.version = credentials.version)
		FROM credentials WHERE workspace = $1 AND id = $2`, workspace, id), &sealed)
	return Sealed{Credential: c, sealed: sealed}, err
}

func scanCredential(r sqldb.Scanner, more ...any) (Credential, error) {
	var (
		c     Credential
		hosts string
	)
	err := r.Scan(append([]any{
		&c.workspace, &c.ID, &c.UID, &c.provider, &c.title, &hosts, &c.slotKind, &c.slotName, &c.Fingerprint,
		&c.Guardable, &c.Version, &c.createTime, &c.updateTime, &c.slotPrefix, &c.Body, &c.Exposed,
	}, more...)...)
	if err != nil {
		return c, sqldb.Error(fmt.Errorf("read credential: %w", err))
	}
	return c, sqldb.FromJSON(hosts, &c.Hosts)
}

// binding names the row of a sealed value. A value that is moved to another row does not open.
func (c Credential) binding() []byte {
	return secret.Bind("credential", c.workspace, c.ID, c.UID, strconv.FormatInt(c.Version, 10))
}

// Name is the resource name of a credential.
func Name(ws, id string) string { return "workspaces/" + ws + "/credentials/" + id }
