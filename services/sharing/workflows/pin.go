package workflows

import (
	"context"
	"database/sql"
	"fmt"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
)

// pin fixes what the model IDs of a new version mean, if links follow the live version: to
// their visitors it is shared now. Any other version is pinned when it is shared, so that
// the link runs what its owner has tried.
func (s *Workflows) pin(ctx context.Context, w Workflow, v *Version) error {
	followed, err := s.store.followed(ctx, w)
	if err != nil || !followed {
		return err
	}
	pins, err := s.peers.Pin(ctx, w.Workspace, s.definitions.Of(v.Definition, v.Hash).ModelIDs(), nil)
	if err != nil { // a save does not wait for the registry: the first visit of a link pins
		s.log.WarnContext(ctx, "pin models", "workflow", w.UID, "error", err)
		return nil
	}
	v.Pins = pins
	return nil
}

// followed reports whether a link opens the live version, whichever that is.
func (s Store) followed(ctx context.Context, w Workflow) (bool, error) {
	n, err := sqldb.One(s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM shares WHERE workflow = $1 AND workspace = $2 AND follow_live AND state <> $3`,
		w.UID, w.Workspace, int64(sharingv1.ShareState_SHARE_STATE_REVOKED)), func(r sqldb.Scanner) (n int64, err error) {
		err = r.Scan(&n)
		return n, err
	})
	return n > 0, err
}

// PinModels adds pins to a stored version for the model IDs that have none and mean something
// now. Of two callers the first decides.
func (s Store) PinModels(ctx context.Context, p *peers.Peers, w Workflow, v Version, ids []string) (Version, error) {
	pins, err := p.Pin(ctx, w.Workspace, ids, v.Pins)
	if err != nil || len(pins) == len(v.Pins) {
		return v, err
	}
	before, err := sqldb.ToJSON(v.Pins.OrNone())
	if err != nil {
		return v, err
	}
	after, err := sqldb.ToJSON(pins)
	if err != nil {
		return v, err
	}
	first := false
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		first, err = sqldb.Changed(tx.ExecContext(ctx, `UPDATE versions SET model_pins = $1 WHERE workflow = $2 AND number = $3 AND model_pins = $4`, after, v.Workflow, v.Number, before))
		return err
	})
	if err != nil {
		return v, fmt.Errorf("pin models: %w", err)
	}
	if !first {
		return s.Version(ctx, w, v.Number)
	}
	v.Pins = pins
	return v, nil
}
