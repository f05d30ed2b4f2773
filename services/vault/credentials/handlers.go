package credentials

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// Handlers implements the methods for credentials on the public endpoint.
type Handlers struct {
	all   *Credentials
	pages *page.Tokens
}

// NewHandlers returns the handlers of credentials.
func NewHandlers(all *Credentials, pages *page.Tokens) *Handlers {
	return &Handlers{all: all, pages: pages}
}

// CreateCredential stores a third-party secret.
func (h *Handlers) CreateCredential(ctx context.Context, req *vaultv1.CreateCredentialRequest) (*vaultv1.Credential, error) {
	c, value, err := h.all.newCredential(resource.WorkspaceID(req.GetParent()), req.GetCredentialId(), req.GetCredential())
	if err != nil {
		return nil, err
	}
	defer value.Destroy()
	if err := h.all.storeCredential(ctx, audit.CallerOf(ctx), c, value); err != nil {
		return nil, err
	}
	return c.message(), nil
}

// ListCredentials lists credentials by id, without their values.
func (h *Handlers) ListCredentials(ctx context.Context, req *vaultv1.ListCredentialsRequest) (*vaultv1.ListCredentialsResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(h.pages, req, page.Listing[Credential, string]{
		Binding: []string{"credentials", ws, req.GetText(), req.GetProvider(), req.GetUse()},
		Read: func(after string, limit int) ([]Credential, error) {
			return h.all.list(ctx, ws, req, after, limit)
		},
		CursorOf: func(c Credential) string { return c.ID },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListCredentialsResponse{NextPageToken: next}
	if req.GetPageToken() == "" {
		if res.TotalSize, err = h.all.count(ctx, ws, req); err != nil {
			return nil, err
		}
	}
	for _, c := range rows {
		res.Credentials = append(res.Credentials, c.message())
	}
	return res, h.all.addUses(ctx, ws, res.Credentials)
}

// GetCredential returns one credential, without its value.
func (h *Handlers) GetCredential(ctx context.Context, req *vaultv1.GetCredentialRequest) (*vaultv1.Credential, error) {
	ws, cid, _ := resource.Split(req.GetName(), "credentials")
	c, err := find(ctx, h.all.db, ws, cid)
	if err != nil {
		return nil, err
	}
	m := c.message()
	if err := h.all.addUses(ctx, ws, []*vaultv1.Credential{m}); err != nil {
		return nil, err
	}
	return m, h.all.addUsers(ctx, ws, cid, m)
}

// UpdateCredential changes a credential. A new value gets a new version and destroys the old one. Without a value
// only the title can change: the value, its destinations and its slot are one unit.
func (h *Handlers) UpdateCredential(ctx context.Context, req *vaultv1.UpdateCredentialRequest) (*vaultv1.Credential, error) {
	by := audit.CallerOf(ctx)
	from := req.GetCredential()
	ws, cid, ok := resource.Split(from.GetName(), "credentials")
	if !ok {
		return nil, resource.BadName("credential.name", "workspaces/{workspace}/credentials/{credential}")
	}
	mask, err := resource.Mask(req.GetUpdateMask().GetPaths(), []string{"value", "provider", "hosts", "title", "slot_kind", "slot_name", "slot_prefix"},
		[]string{"name", "fingerprint", "version", "create_time", "update_time", "guardable", "last_use_time", "workflow_count", "workflows", "shares"})
	if err != nil {
		return nil, err
	}
	value := takeValue(from)
	defer value.Destroy()
	if err := checkPublicFields("", from, value); err != nil {
		return nil, err
	}
	if slices.Contains(mask, "value") && value.IsZero() {
		return nil, badValue("it is empty; leave the field out to keep the stored value")
	}
	if mask != nil && !slices.Contains(mask, "value") {
		value = secret.Secret{}
	}
	// A new data key is stored in a transaction of its own, so it must exist before the change begins.
	if err := h.all.sealer.EnsureKey(ctx, ws); errors.Is(err, sqldb.ErrNoRow) {
		return nil, resource.NotFound("credential")
	} else if err != nil {
		return nil, err
	}
	name := Name(ws, cid)
	var c Credential
	e := h.all.log.Event(by, ws, "credential.update", name)
	_, err = h.all.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
		var err error
		c, err = h.all.update(ctx, tx, ws, cid, update{from, mask, value}, e.Details)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	h.all.bus.Announce(ctx, revocation.Changed, revocation.Credential(name))
	return c.message(), nil
}

// DeleteCredential destroys a credential. Calls that use it end.
func (h *Handlers) DeleteCredential(ctx context.Context, req *vaultv1.DeleteCredentialRequest) (*emptypb.Empty, error) {
	by := audit.CallerOf(ctx)
	ws, cid, _ := resource.Split(req.GetName(), "credentials")
	name := Name(ws, cid)
	_, err := h.all.log.Change(ctx, h.all.log.Event(by, ws, "credential.delete", name), func(tx *sql.Tx) (bool, error) {
		ok, err := deleteCredential(ctx, tx, ws, cid)
		switch {
		case err != nil:
			return false, err
		case !ok:
			return false, resource.NotFound("credential")
		case req.GetForce():
			return true, nil
		default:
			return true, inUse(ctx, tx, ws, cid)
		}
	})
	if err != nil {
		return nil, err
	}
	h.all.bus.Announce(ctx, revocation.Ended, revocation.Credential(name))
	return &emptypb.Empty{}, nil
}

func (c Credential) message() *vaultv1.Credential {
	return &vaultv1.Credential{
		Name: c.name(), Provider: c.provider, Hosts: slices.Clone(c.Hosts), SlotKind: vaultv1.SlotKind(c.slotKind), SlotName: c.slotName, SlotPrefix: c.slotPrefix,
		Title: c.title, Fingerprint: c.Fingerprint, Version: c.Version, Guardable: c.Guardable,
		CreateTime: timestamppb.New(sqldb.FromMicros(c.createTime)), UpdateTime: timestamppb.New(sqldb.FromMicros(c.updateTime)),
	}
}
