package sharing

import (
	"context"
	"fmt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// right is what a link allows now: its share, and the version that it opens with
// what was found in it. It must not be changed.
type right struct {
	share    shares.Share
	workflow workflows.Workflow
	version  workflows.Version
	analysis *definition.Analysis
	// moved are inputs whose values go elsewhere than the link has promised.
	moved definition.Moved
	// grant is the vault's credential grant, where credentials are hidden.
	grant *vaultinternalv1.GetCredentialGrantResponse
	// private are the models that strangers' keys may not use, missing those that
	// do not exist.
	private, missing []string
	// owner is the title of whose it is; of a link's right alone, as is view.
	owner string
	view  *prepared
}

// rights are all answers that decide something and may be a moment old.
type rights struct {
	byLink  *recent.Cache[*right]
	byShare *recent.Cache[*right]
	trash   *recent.Cache[bool]
}

// maxRights bounds each kind of answer.
const maxRights = 4096

func newRights(s *Service) rights {
	return rights{
		byLink:  recent.New[*right](s.now, maxRights),
		byShare: recent.New[*right](s.now, maxRights),
		trash:   recent.New[bool](s.now, maxRights),
	}
}

// rightOf is what the link of a share allows, by the share's unique id.
func (s *Service) rightOf(ctx context.Context, share string) (*right, error) {
	return s.rights.byShare.Get(ctx, share, func(ctx context.Context) (*right, error) { return s.loadShare(ctx, share) })
}

// isInTrash reports whether a workflow was deleted.
func (s *Service) isInTrash(ctx context.Context, workflow string) (bool, error) {
	return s.rights.trash.Get(ctx, workflow, func(ctx context.Context) (bool, error) { return s.loadTrash(ctx, workflow) })
}

// forget is called after this process has changed a workflow or a share.
func (r rights) forget() {
	r.byLink.DropAll()
	r.byShare.DropAll()
	r.trash.DropAll()
}

// open finds what a token opens. Every token that opens nothing gets the same
// answer.
func (s *Service) open(ctx context.Context, token string) (*right, error) {
	hash, ok := s.links.Hash(token)
	if !ok {
		return nil, noLink()
	}
	return s.rights.byLink.Get(ctx, hash, func(ctx context.Context) (*right, error) { return s.loadLink(ctx, hash) })
}

func (s *Service) loadLink(ctx context.Context, hash string) (*right, error) {
	share, found, err := s.shares.ByLink(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("read share: %w", err)
	}
	if !found || share.State == sharingv1.ShareState_SHARE_STATE_REVOKED {
		return nil, noLink()
	}
	r, err := s.loadRight(ctx, share)
	if err != nil {
		return nil, err
	}
	if r.workflow.Deleted != 0 {
		return nil, noLink()
	}
	if r.owner, err = s.peers.Title(ctx, r.share.Workspace); err != nil {
		return nil, err
	}
	r.view = s.prepare(r)
	return r, nil
}

// loadShare reads a share's right for a run that goes on, revoked or not.
func (s *Service) loadShare(ctx context.Context, uid string) (*right, error) {
	share, found, err := s.shares.ByUID(ctx, uid)
	if err != nil {
		return nil, fmt.Errorf("read share: %w", err)
	}
	if !found {
		return nil, noLink()
	}
	return s.loadRight(ctx, share)
}

func (s *Service) loadRight(ctx context.Context, share shares.Share) (*right, error) {
	w, found, err := s.workflows.ByUID(ctx, share.Workflow)
	if err != nil {
		return nil, fmt.Errorf("read workflow: %w", err)
	}
	if !found {
		return nil, noLink()
	}
	r := &right{share: share, workflow: w}
	if r.version, err = s.workflows.Version(ctx, w, share.VersionNumber(w)); err != nil {
		return nil, err
	}
	r.analysis = s.definitions.Of(r.version.Definition, r.version.Hash)
	r.moved = definition.MovedFrom(definition.ParsePromise(share.Promise), r.analysis)
	if share.Hidden() {
		r.grant, err = s.vault.GetCredentialGrant(ctx, &vaultinternalv1.GetCredentialGrantRequest{Share: r.name()})
		if err != nil {
			return nil, fmt.Errorf("read credential grant: %w", err)
		}
	}
	if r.private, r.missing, err = s.peers.ForStrangers(ctx, w.Workspace, r.analysis.ModelIDs()); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *right) name() string {
	return names.Share(r.share.Workspace, r.workflow.ID, r.share.ID)
}

// granted reports whether the vault's grant covers the version that the link
// opens: a newer live version is not run with hidden credentials until its owner
// has confirmed it.
func (r *right) granted() bool {
	return r.grant.GetExists() && r.grant.GetVersionHash() == r.version.Hash && r.share.GrantedHash == r.version.Hash
}

// suspended reports whether the vault waits for the owner: the guard has found something,
// a credential is another one than was granted, or one needs a new value.
func (r *right) suspended() bool { return waits(r.grant) }

func waits(g *vaultinternalv1.GetCredentialGrantResponse) bool {
	return g.GetSuspended() || len(g.GetUnconfirmed()) > 0 || len(g.GetExposed()) > 0
}

// loadTrash says whether a workflow is gone or in the trash.
func (s *Service) loadTrash(ctx context.Context, uid string) (bool, error) {
	w, found, err := s.workflows.ByUID(ctx, uid)
	return !found || w.Deleted != 0, err
}

// noLink is the one answer to every token that opens nothing.
func noLink() error {
	return errs.NotFound(errorsv1.Reason_REASON_NOT_FOUND, "link not found or revoked")
}
