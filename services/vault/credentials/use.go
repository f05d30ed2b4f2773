package credentials

import (
	"context"
	"database/sql"
	"fmt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// PutCredentialUses stores which credentials the live version of a workflow names. DeleteCredential asks for force
// if there are any. Nothing else depends on it.
func (h *InternalHandlers) PutCredentialUses(ctx context.Context, req *vaultinternalv1.PutCredentialUsesRequest) (*vaultinternalv1.PutCredentialUsesResponse, error) {
	ws, _, ok := resource.Split(req.GetWorkflow(), "workflows")
	if !ok {
		return nil, resource.BadName("workflow", "workspaces/{workspace}/workflows/{workflow}")
	}
	return &vaultinternalv1.PutCredentialUsesResponse{}, h.all.db.Tx(ctx, func(tx *sql.Tx) error {
		return putUses(ctx, tx, ws, req.GetWorkflow(), req.GetCredentials())
	})
}

func putUses(ctx context.Context, tx *sql.Tx, ws, workflow string, credentials []string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM credential_uses WHERE workspace = $1 AND used_by = $2`, ws, workflow); err != nil {
		return fmt.Errorf("delete credential uses: %w", err)
	}
	for _, id := range credentials {
		_, err := tx.ExecContext(ctx, `INSERT INTO credential_uses (workspace, used_by, credential) VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, ws, workflow, id)
		if err != nil {
			return fmt.Errorf("insert credential use: %w", err)
		}
	}
	return nil
}

// maxUses bounds the uses that an error lists.
const maxUses = 20

// inUse returns an error if a credential is in use. The error lists the shares and workflows that would stop working.
func inUse(ctx context.Context, tx *sql.Tx, ws, cid string) error {
	shares, err := grantsOf(ctx, tx, ws, cid)
	if err != nil {
		return err
	}
	workflows, err := usesOf(ctx, tx, ws, cid)
	if err != nil {
		return err
	}
	if len(shares)+len(workflows) == 0 {
		return nil
	}
	e := errs.FailedPrecondition(errorsv1.Reason_REASON_IN_USE,
		"credential %q is in use, and the shares and workflows listed here stop working without it; use force to delete it", cid).
		With("credential", Name(ws, cid))
	for _, name := range shares {
		e = e.Field(name, "this share uses it as a hidden credential")
	}
	for _, name := range workflows[:min(len(workflows), maxUses-len(shares))] {
		e = e.Field(name, "the live version of this workflow names it")
	}
	return e
}

// grantsOf lists shares whose grants use a credential.
func grantsOf(ctx context.Context, tx sqldb.Queryer, ws, cid string) ([]string, error) {
	// LIKE only reduces the number of rows to parse: "_" in an id matches any character.
	rows, err := tx.QueryContext(ctx, `SELECT share, slots FROM credential_grants
		WHERE workspace = $1 AND slots LIKE '%"' || $2 || '"%' ORDER BY share`, ws, cid)
	if err != nil {
		return nil, fmt.Errorf("list grants of a credential: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() && len(out) < maxUses {
		var share, text string
		if err := rows.Scan(&share, &text); err != nil {
			return nil, err
		}
		var slots []struct {
			Credential string `json:"credential"`
		}
		if err := sqldb.FromJSON(text, &slots); err != nil {
			return nil, err
		}
		for _, slot := range slots {
			if slot.Credential == cid || slot.Credential == Name(ws, cid) {
				out = append(out, share)
				break
			}
		}
	}
	return out, rows.Err()
}

// usesOf lists workflows that name a credential.
func usesOf(ctx context.Context, tx sqldb.Queryer, ws, cid string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT used_by FROM credential_uses WHERE workspace = $1 AND credential = $2
		ORDER BY used_by LIMIT $3`, ws, cid, maxUses)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (name string, err error) { return name, r.Scan(&name) })
}
