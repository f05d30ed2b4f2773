package credentials

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
)

func notFoundOr(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return resource.NotFound("credential")
	}
	return err
}

func (s *Credentials) changeCredential(ctx context.Context, tx *sql.Tx, by audit.Actor, ws, cid string, from *vaultv1.Credential, mask []string, value secret.Secret) (Credential, error) {
	if err := lockCredential(ctx, tx, ws, cid); err != nil {
		return Credential{}, err
	}
	before, err := Row(ctx, tx, ws, cid)
	if err != nil {
		return before, notFoundOr(err)
	}
	c := before
	if err := s.applyTo(&c, from, mask); err != nil {
		return c, err
	}
	if err := keepTogether(before, &c, value); err != nil {
		return c, err
	}
	c.updateTime = sqldb.Micros(s.now())
	e := s.log.Event(by, ws, "credential.update", c.name())
	if c.UID != before.UID {
		e.Details["changed"] = strings.Join(unitChanges(before, c), ", ")
	}
	if value.IsZero() {
		err = updateCredential(ctx, tx, before.UID, c)
	} else {
		c.Version++
		e.Details["version"] = strconv.FormatInt(c.Version, 10)
		err = s.replaceValue(ctx, tx, before.UID, &c, value)
	}
	if err != nil {
		return c, err
	}
	return c, audit.Write(ctx, tx, e)
}

// replaceValue writes a credential with a new value. It destroys the old value first: the new one is another
// row, and no two may exist.
func (s *Credentials) replaceValue(ctx context.Context, tx *sql.Tx, oldUID string, c *Credential, value secret.Secret) error {
	if err := s.setValue(c, value); err != nil {
		return err
	}
	sealed, err := s.sealer.Seal(ctx, c.workspace, c.binding(), value)
	if err != nil {
		return err
	}
	if err := dropValue(ctx, tx, c.workspace, oldUID); err != nil {
		return err
	}
	if err := updateCredential(ctx, tx, oldUID, *c); err != nil {
		return err
	}
	return putValue(ctx, tx, *c, sealed)
}

// applyTo changes the fields that the mask names. Without a mask it changes the fields that are given.
func (s *Credentials) applyTo(c *Credential, from *vaultv1.Credential, mask []string) error {
	changes := func(path string, given bool) bool { return slices.Contains(mask, path) || (mask == nil && given) }
	if changes("title", from.GetTitle() != "") {
		c.title = from.GetTitle()
	}
	if changes("provider", from.GetProvider() != "") {
		if from.GetProvider() == "" {
			return noProvider()
		}
		c.provider = from.GetProvider()
	}
	if changes("hosts", len(from.GetHosts()) > 0) {
		hosts, err := s.destinations(c.provider, from.GetHosts())
		if err != nil {
			return err
		}
		if !sameSet(hosts, c.Hosts) {
			c.Hosts = hosts
		}
	}
	slot := c.Place()
	if changes("slot_kind", from.GetSlotKind() != 0) && slot.kind != from.GetSlotKind() {
		slot = Place{kind: from.GetSlotKind()}
	}
	if changes("slot_name", from.GetSlotName() != "") {
		slot.name = from.GetSlotName()
	}
	if changes("slot_prefix", from.GetSlotPrefix() != "") {
		slot.prefix = from.GetSlotPrefix()
	}
	slot, err := checkedSlot(c.provider, slot)
	c.slotKind, c.slotName, c.slotPrefix = int64(slot.kind), slot.name, slot.prefix
	return err
}
