package credentials

import (
	"context"
	"database/sql"
	"errors"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// newCredential checks a credential before it is stored. It moves the value out of the message, so that no later
// code can print it with the request. The caller destroys the value, also after an error.
func (s *Credentials) newCredential(ws, cid string, from *vaultv1.Credential) (Credential, secret.Secret, error) {
	value := takeValue(from)
	if err := checkPublicFields(cid, from, value); err != nil {
		return Credential{}, value, err
	}
	if from.GetProvider() == "" {
		return Credential{}, value, noProvider()
	}
	slot, err := checkedSlot(from.GetProvider(), Place{from.GetSlotKind(), from.GetSlotName(), from.GetSlotPrefix()})
	if err != nil {
		return Credential{}, value, err
	}
	named := from.GetHosts()
	if len(named) == 0 && slot.kind == vaultv1.SlotKind_SLOT_KIND_URL {
		named = HostOf(value)
	}
	hosts, err := s.destinations(from.GetProvider(), slot, named)
	if err != nil {
		return Credential{}, value, err
	}
	c := Credential{
		workspace: ws, ID: cid, UID: id.New("crd"), provider: from.GetProvider(), title: from.GetTitle(), Hosts: hosts,
		slotKind: int64(slot.kind), slotName: slot.name, slotPrefix: slot.prefix, Version: 1, createTime: sqldb.Micros(s.now()),
	}
	c.updateTime = c.createTime
	return c, value, s.setValue(&c, value)
}

func noProvider() error {
	return errs.InvalidArgument("the provider of the credential is required").
		Field("credential.provider", "required")
}

// takeValue moves the value out of a message.
func takeValue(from *vaultv1.Credential) secret.Secret {
	value := secret.FromString(from.GetValue())
	if from != nil {
		from.Value = ""
	}
	return value
}

func (s *Credentials) storeCredential(ctx context.Context, by audit.Actor, c Credential, value secret.Secret) error {
	if _, err := s.workspaces.Get(ctx, c.workspace); errors.Is(err, sqldb.ErrNoRow) {
		return resource.NotFound("workspace")
	} else if err != nil {
		return err
	}
	sealed, err := s.sealer.Seal(ctx, c.workspace, c.binding(), value)
	if err != nil {
		return err
	}
	e := s.log.Event(by, c.workspace, "credential.create", c.name())
	_, err = s.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
		ok, err := createCredential(ctx, tx, c, sealed)
		if err == nil && !ok {
			err = resource.Taken("credential", c.ID)
		}
		return ok, err
	})
	if err == nil {
		s.bus.Announce(ctx, revocation.Changed, revocation.Credential(c.name()))
	}
	return err
}
