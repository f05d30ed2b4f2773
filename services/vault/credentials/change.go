package credentials

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// update is what a request changes. A zero value keeps the stored one.
type update struct {
	from  *vaultv1.Credential
	mask  []string // nil changes the fields that are given
	value secret.Secret
}

// update changes one credential and adds to the details of its event.
func (s *Credentials) update(ctx context.Context, tx *sql.Tx, ws, cid string, u update, details map[string]string) (Credential, error) {
	if err := lockCredential(ctx, tx, ws, cid); err != nil {
		return Credential{}, err
	}
	before, err := find(ctx, tx, ws, cid)
	if err != nil {
		return before, err
	}
	c := before
	if err := s.apply(&c, u.from, u.mask); err != nil {
		return c, err
	}
	if err := keepTogether(before, &c, u.value); err != nil {
		return c, err
	}
	c.updateTime = sqldb.Micros(s.now())
	if c.UID != before.UID {
		details["changed"] = strings.Join(unitChanges(before, c), ", ")
	}
	if u.value.IsZero() {
		return c, updateCredential(ctx, tx, before.UID, c)
	}
	c.Version++
	details["version"] = strconv.FormatInt(c.Version, 10)
	return c, s.replaceValue(ctx, tx, before.UID, &c, u.value)
}

// replaceValue writes a credential with a new value. It deletes the row of the old value first, because that row
// names the old uid, which the update may change.
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

// apply changes the fields that the mask names. Without a mask it changes the fields that are given.
func (s *Credentials) apply(c *Credential, from *vaultv1.Credential, mask []string) error {
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
	if err != nil {
		return err
	}
	c.slotKind, c.slotName, c.slotPrefix = int64(slot.kind), slot.name, slot.prefix
	if changes("hosts", len(from.GetHosts()) > 0) {
		hosts, err := s.destinations(c.provider, slot, from.GetHosts())
		if err != nil {
			return err
		}
		if !sameSet(hosts, c.Hosts) {
			c.Hosts = hosts
		}
	}
	return nil
}
