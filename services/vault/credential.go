package vault

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// CreateCredential stores a third-party secret.
func (s *Service) CreateCredential(ctx context.Context, req *vaultv1.CreateCredentialRequest) (*vaultv1.Credential, error) {
	c, value, err := s.newCredential(resource.WorkspaceID(req.GetParent()), req.GetCredentialId(), req.GetCredential())
	if err != nil {
		return nil, err
	}
	defer value.Destroy()
	if err := s.storeCredential(ctx, c, value); err != nil {
		return nil, err
	}
	return c.message(), nil
}

// newCredential checks what is to be stored. The credential's value leaves the
// message: nothing after this can print it with the request.
func (s *Service) newCredential(ws, cid string, from *vaultv1.Credential) (credential, secret.Secret, error) {
	value := takeValue(from)
	if err := publicCredential(cid, from, value); err != nil {
		return credential{}, value, err
	}
	if from.GetProvider() == "" {
		return credential{}, value, noProvider()
	}
	slot, err := checkedSlot(from.GetProvider(), slotPlace{from.GetSlotKind(), from.GetSlotName(), from.GetSlotPrefix()})
	if err != nil {
		return credential{}, value, err
	}
	named := from.GetHosts()
	if len(named) == 0 && slot.kind == vaultv1.SlotKind_SLOT_KIND_URL {
		named = hostOf(value)
	}
	hosts, err := s.destinations(from.GetProvider(), named)
	if err != nil {
		return credential{}, value, err
	}
	c := credential{
		workspace: ws, id: cid, uid: id.New("crd"), provider: from.GetProvider(), title: from.GetTitle(), hosts: hosts,
		slotKind: int64(slot.kind), slotName: slot.name, slotPrefix: slot.prefix, version: 1, createTime: sqldb.Micros(s.now()),
	}
	c.updateTime = c.createTime
	return c, value, s.setValue(&c, value)
}

func noProvider() error {
	return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "say whose secret it is").
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

func (s *Service) storeCredential(ctx context.Context, c credential, value secret.Secret) error {
	if _, err := s.workspaces.Get(ctx, c.workspace); errors.Is(err, sql.ErrNoRows) {
		return resource.NotFound("workspace")
	} else if err != nil {
		return err
	}
	sealed, err := s.sealer.Seal(ctx, c.workspace, c.binding(), value)
	if err != nil {
		return err
	}
	err = s.store.tx(ctx, func(tx *sql.Tx) error {
		ok, err := createCredential(ctx, tx, c, sealed)
		if err != nil {
			return err
		}
		if !ok {
			return errs.AlreadyExists(errorsv1.Reason_REASON_ALREADY_EXISTS, "there is a credential %q already", c.id)
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, c.workspace, "credential.create", c.name()))
	})
	if err == nil {
		s.bus.Announce(ctx, revocation.Changed, revocation.Credential(c.name()))
	}
	return err
}

// ListCredentials lists credentials, without their values, by id.
func (s *Service) ListCredentials(ctx context.Context, req *vaultv1.ListCredentialsRequest) (*vaultv1.ListCredentialsResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(s.pages, req, page.Listing[credential, string]{
		Binding:  []string{"credentials", ws},
		Read:     func(after string, limit int) ([]credential, error) { return s.store.credentials(ctx, ws, after, limit) },
		CursorOf: func(c credential) string { return c.id },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListCredentialsResponse{NextPageToken: next}
	for _, c := range rows {
		res.Credentials = append(res.Credentials, c.message())
	}
	return res, nil
}

// GetCredential returns one credential, without its value.
func (s *Service) GetCredential(ctx context.Context, req *vaultv1.GetCredentialRequest) (*vaultv1.Credential, error) {
	ws, cid, _ := resource.Split(req.GetName(), "credentials")
	c, err := credentialRow(ctx, s.store.db, ws, cid)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, resource.NotFound("credential")
	}
	if err != nil {
		return nil, err
	}
	return c.message(), nil
}

// UpdateCredential changes a credential. A new value makes a new version and
// destroys the old one; without a value the stored one stays, as do its
// destinations and its slot.
func (s *Service) UpdateCredential(ctx context.Context, req *vaultv1.UpdateCredentialRequest) (*vaultv1.Credential, error) {
	from := req.GetCredential()
	ws, cid, ok := resource.Split(from.GetName(), "credentials")
	if !ok {
		return nil, resource.BadName("credential.name", "workspaces/{workspace}/credentials/{credential}")
	}
	mask, err := resource.Mask(req.GetUpdateMask().GetPaths(), []string{"value", "provider", "hosts", "title", "slot_kind", "slot_name", "slot_prefix"},
		[]string{"name", "fingerprint", "version", "create_time", "update_time", "guardable"})
	if err != nil {
		return nil, err
	}
	value := takeValue(from)
	defer value.Destroy()
	if err := publicCredential("", from, value); err != nil {
		return nil, err
	}
	if slices.Contains(mask, "value") && value.IsZero() {
		return nil, badValue("it is empty; leave it out to keep the stored one")
	}
	if mask != nil && !slices.Contains(mask, "value") {
		value = secret.Secret{}
	}
	if err := s.sealer.EnsureKey(ctx, ws); err != nil { // made outside of the transaction
		return nil, notFoundOr(err)
	}
	var c credential
	err = s.store.tx(ctx, func(tx *sql.Tx) error {
		var err error
		c, err = s.changeCredential(ctx, tx, ws, cid, from, mask, value)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.bus.Announce(ctx, revocation.Changed, revocation.Credential(c.name()))
	return c.message(), nil
}

func notFoundOr(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return resource.NotFound("credential")
	}
	return err
}

func (s *Service) changeCredential(ctx context.Context, tx *sql.Tx, ws, cid string, from *vaultv1.Credential, mask []string, value secret.Secret) (credential, error) {
	if err := lockCredential(ctx, tx, ws, cid); err != nil {
		return credential{}, err
	}
	before, err := credentialRow(ctx, tx, ws, cid)
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
	e := s.audit.Event(ctx, ws, "credential.update", c.name())
	if c.uid != before.uid {
		e.Details["changed"] = strings.Join(unitChanges(before, c), ", ")
	}
	if value.IsZero() {
		err = updateCredential(ctx, tx, before.uid, c)
	} else {
		c.version++
		e.Details["version"] = strconv.FormatInt(c.version, 10)
		err = s.replaceValue(ctx, tx, before.uid, &c, value)
	}
	if err != nil {
		return c, err
	}
	return c, audit.Write(ctx, tx, e)
}

// replaceValue writes a credential with a new value. The old value is destroyed.
func (s *Service) replaceValue(ctx context.Context, tx *sql.Tx, oldUID string, c *credential, value secret.Secret) error {
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

// applyTo changes what the mask names; without one, what is given.
func (s *Service) applyTo(c *credential, from *vaultv1.Credential, mask []string) error {
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
		if !sameSet(hosts, c.hosts) {
			c.hosts = hosts
		}
	}
	slot := c.place()
	if changes("slot_kind", from.GetSlotKind() != 0) && slot.kind != from.GetSlotKind() {
		slot = slotPlace{kind: from.GetSlotKind()}
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

// DeleteCredential destroys a credential; calls that use it are ended.
func (s *Service) DeleteCredential(ctx context.Context, req *vaultv1.DeleteCredentialRequest) (*emptypb.Empty, error) {
	ws, cid, _ := resource.Split(req.GetName(), "credentials")
	err := s.store.tx(ctx, func(tx *sql.Tx) error {
		ok, err := deleteCredential(ctx, tx, ws, cid)
		if err != nil {
			return err
		}
		if !ok {
			return resource.NotFound("credential")
		}
		if !req.GetForce() {
			if err := inUse(ctx, tx, ws, cid); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, ws, "credential.delete", credentialName(ws, cid)))
	})
	if err != nil {
		return nil, err
	}
	s.bus.Announce(ctx, revocation.Ended, revocation.Credential(credentialName(ws, cid)))
	return &emptypb.Empty{}, nil
}

func (c credential) message() *vaultv1.Credential {
	return &vaultv1.Credential{
		Name: c.name(), Provider: c.provider, Hosts: slices.Clone(c.hosts), SlotKind: vaultv1.SlotKind(c.slotKind), SlotName: c.slotName, SlotPrefix: c.slotPrefix,
		Title: c.title, Fingerprint: c.fingerprint, Version: c.version, Guardable: c.guardable,
		CreateTime: timestamppb.New(sqldb.FromMicros(c.createTime)), UpdateTime: timestamppb.New(sqldb.FromMicros(c.updateTime)),
	}
}
