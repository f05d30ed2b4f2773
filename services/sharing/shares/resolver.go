package shares

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc/codes"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/gate"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// maxResolved bounds the answers of each kind that a resolver keeps.
const maxResolved = 4096

// ResolverDeps are what NewResolver needs. All are required.
type ResolverDeps struct {
	Shares      Store
	Workflows   workflows.Store
	Definitions *definition.Cache
	Peers       *peers.Peers
	Links       link.Key
	Gates       *gate.Keeper
	Now         func() time.Time
}

// Resolver reads what links open. Its answers are at most 400 ms old (recent.MaxAge): a
// revoked link must be dead everywhere within a second. It is safe for concurrent use.
type Resolver struct {
	deps    ResolverDeps
	byLink  *recent.Cache[*Resolved]
	byUID   *recent.Cache[*Resolved]
	deleted *recent.Cache[bool]
}

// NewResolver wires a resolver. It reads nothing.
func NewResolver(d ResolverDeps) *Resolver {
	return &Resolver{
		deps:    d,
		byLink:  recent.New[*Resolved](d.Now, maxResolved),
		byUID:   recent.New[*Resolved](d.Now, maxResolved),
		deleted: recent.New[bool](d.Now, maxResolved),
	}
}

// Forget drops all answers. Call it after this process has changed a workflow, a share or
// a grant. Other replicas learn of the change when their answers are too old.
func (r *Resolver) Forget() {
	r.byLink.DropAll()
	r.byUID.DropAll()
	r.deleted.DropAll()
}

// ByToken returns what the token of a link opens for a caller who has passed its gate. This is the
// only way from a visitor to a link. All tokens that open nothing get the same answer.
func (r *Resolver) ByToken(ctx context.Context, token string, who caller.Principal) (*Resolved, error) {
	opened, err := r.Gated(ctx, token)
	if err != nil {
		return nil, err
	}
	if err := r.deps.Gates.Admit(opened.GateLink(), who); err != nil {
		return nil, err
	}
	return opened, nil
}

// Gated returns what is behind the gate of a link, for what stands at the gate itself: it unlocks the
// link, or compares states of the link. No caller may see any of it. A link that the operator has
// suspended is returned with the error that says so: it can still be reported.
func (r *Resolver) Gated(ctx context.Context, token string) (*Resolved, error) {
	hash, ok := r.deps.Links.Hash(token)
	if !ok {
		return nil, noLink()
	}
	opened, err := r.byLink.Get(ctx, hash, func(ctx context.Context) (*Resolved, error) { return r.readLink(ctx, hash) })
	if err != nil {
		return nil, err
	}
	return opened, opened.halted()
}

func (r *Resolver) readLink(ctx context.Context, hash string) (*Resolved, error) {
	share, err := r.deps.Shares.ByLink(ctx, hash)
	if err != nil {
		return nil, orNoLink(err, "read share")
	}
	if share.State == sharingv1.ShareState_SHARE_STATE_REVOKED {
		return nil, noLink()
	}
	out, err := r.resolve(ctx, share)
	if err != nil {
		return nil, err
	}
	if out.Workflow.Deleted != 0 {
		return nil, noLink()
	}
	out.Owner, err = r.deps.Peers.Title(ctx, share.Workspace)
	return out, err
}

// ByUID returns the share with a unique ID, also one that is revoked or whose workflow is
// in the trash: a run in progress needs to know which.
func (r *Resolver) ByUID(ctx context.Context, uid string) (*Resolved, error) {
	return r.byUID.Get(ctx, uid, func(ctx context.Context) (*Resolved, error) { return r.ByUIDNow(ctx, uid) })
}

// ByUIDNow is ByUID without the memory of earlier answers.
func (r *Resolver) ByUIDNow(ctx context.Context, uid string) (*Resolved, error) {
	share, err := r.deps.Shares.ByUID(ctx, uid)
	if err != nil {
		return nil, orNoLink(err, "read share")
	}
	return r.resolve(ctx, share)
}

// ByName returns a share of a workspace by its resource name.
func (r *Resolver) ByName(ctx context.Context, name string) (*Resolved, error) {
	w, err := r.deps.Workflows.FindLive(ctx, name)
	if errs.CodeOf(err) == codes.NotFound {
		return nil, resource.NotFound("share")
	}
	if err != nil {
		return nil, err
	}
	share, err := r.deps.Shares.Find(ctx, w.Workspace, w.UID, resource.Segment(name, 2))
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, resource.NotFound("share")
	}
	if err != nil {
		return nil, fmt.Errorf("read share: %w", err)
	}
	return r.resolve(ctx, share)
}

// resolve reads everything that a share's row refers to.
func (r *Resolver) resolve(ctx context.Context, share Share) (*Resolved, error) {
	w, err := r.deps.Workflows.ByUID(ctx, share.Workflow)
	if err != nil {
		return nil, orNoLink(err, "read workflow")
	}
	out := &Resolved{Share: share, Workflow: w}
	if out.Halted, err = r.deps.Peers.SuspendedBy(ctx, share.Workspace, out.Name()); err != nil {
		return nil, err
	}
	if out.Version, err = r.deps.Workflows.Version(ctx, w, share.VersionNumber(w)); err != nil {
		return nil, err
	}
	out.Analysis = r.deps.Definitions.Of(out.Version.Definition, out.Version.Hash).With(share.Bindings())
	out.presented = present(out.interfaceOf(), share.PresentationMessage())
	out.Moved = definition.MovedFrom(definition.ParsePromise(share.Promise), out.Analysis)
	if share.Hidden() {
		if out.Grant, err = r.deps.Peers.CredentialGrant(ctx, out.Name()); err != nil {
			return nil, err
		}
	}
	return out, r.models(ctx, out)
}

// models finds out which models of a version are private and which are missing. A model ID
// that means something for the first time keeps that meaning.
func (r *Resolver) models(ctx context.Context, out *Resolved) (err error) {
	ids := out.Analysis.ModelIDs()
	ask := func() error {
		out.Private, out.Missing, err = r.deps.Peers.ForStrangers(ctx, out.Workflow.Workspace, ids, out.Version.Pins)
		return err
	}
	if err := ask(); err != nil || out.Version.Pins.Covers(existing(ids, out.Missing)) {
		return err
	}
	if out.Version, err = r.deps.Workflows.PinModels(ctx, r.deps.Peers, out.Workflow, out.Version, ids); err != nil {
		return err
	}
	return ask()
}

func existing(ids, missing []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(missing, id) })
}

// IsDeleted reports whether a workflow is gone or in the trash. workflow is its unique ID.
func (r *Resolver) IsDeleted(ctx context.Context, workflow string) (bool, error) {
	return r.deleted.Get(ctx, workflow, func(ctx context.Context) (bool, error) {
		w, err := r.deps.Workflows.ByUID(ctx, workflow)
		if errors.Is(err, sqldb.ErrNoRow) {
			return true, nil
		}
		return w.Deleted != 0, err
	})
}

// noLink is the one answer to every token that opens nothing.
func noLink() error {
	return errs.NotFound("link not found or revoked")
}

// orNoLink returns noLink for a row that does not exist, and otherwise the error of the
// read.
func orNoLink(err error, reading string) error {
	if errors.Is(err, sqldb.ErrNoRow) {
		return noLink()
	}
	return fmt.Errorf("%s: %w", reading, err)
}
