package sharing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
)

// right is what a link allows now: its share, and the version that it opens with
// what was found in it. It must not be changed.
type right struct {
	share    shareRow
	workflow workflowRow
	version  versionRow
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
	keys    *recent.Cache[*vaultinternalv1.ResolveKeyResponse]
	models  *recent.Cache[[]*registryinternalv1.ModelCheck]
	secrets *recent.Cache[map[string]*vaultv1.Credential]
	trash   *recent.Cache[bool]
	titles  *recent.Cache[string]
	unknown *recent.Cache[[]string]
}

// maxRights bounds each kind of answer.
const maxRights = 4096

func newRights(s *Service) rights {
	return rights{
		byLink:  recent.New[*right](s.now, maxRights),
		byShare: recent.New[*right](s.now, maxRights),
		keys:    recent.New[*vaultinternalv1.ResolveKeyResponse](s.now, maxRights),
		models:  recent.New[[]*registryinternalv1.ModelCheck](s.now, maxRights),
		secrets: recent.New[map[string]*vaultv1.Credential](s.now, maxRights),
		trash:   recent.New[bool](s.now, maxRights),
		titles:  recent.New[string](s.now, maxRights),
		unknown: recent.New[[]string](s.now, maxRights),
	}
}

// resolveKey asks the vault about a key.
func (s *Service) resolveKey(ctx context.Context, name string) (*vaultinternalv1.ResolveKeyResponse, error) {
	return s.rights.keys.Get(ctx, name, func(ctx context.Context) (*vaultinternalv1.ResolveKeyResponse, error) {
		return s.loadKey(ctx, name)
	})
}

// rightOf is what the link of a share allows, by the share's unique id.
func (s *Service) rightOf(ctx context.Context, share string) (*right, error) {
	return s.rights.byShare.Get(ctx, share, func(ctx context.Context) (*right, error) { return s.loadShare(ctx, share) })
}

// isInTrash reports whether a workflow was deleted.
func (s *Service) isInTrash(ctx context.Context, workflow string) (bool, error) {
	return s.rights.trash.Get(ctx, workflow, func(ctx context.Context) (bool, error) { return s.loadTrash(ctx, workflow) })
}

// titleOf is the title of a workspace.
func (s *Service) titleOf(ctx context.Context, workspace string) (string, error) {
	return s.rights.titles.Get(ctx, workspace, func(ctx context.Context) (string, error) { return s.loadTitle(ctx, workspace) })
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
	share, found, err := s.store.shareByLink(ctx, hash)
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
	if r.owner, err = s.titleOf(ctx, r.share.Workspace); err != nil {
		return nil, err
	}
	r.view = s.prepare(r)
	return r, nil
}

// loadShare reads a share's right for a run that goes on, revoked or not.
func (s *Service) loadShare(ctx context.Context, uid string) (*right, error) {
	share, found, err := s.store.shareByUID(ctx, uid)
	if err != nil {
		return nil, fmt.Errorf("read share: %w", err)
	}
	if !found {
		return nil, noLink()
	}
	return s.loadRight(ctx, share)
}

func (s *Service) loadRight(ctx context.Context, share shareRow) (*right, error) {
	w, found, err := s.store.workflowByUID(ctx, share.Workflow)
	if err != nil {
		return nil, fmt.Errorf("read workflow: %w", err)
	}
	if !found {
		return nil, noLink()
	}
	r := &right{share: share, workflow: w}
	if r.version, err = s.versionOf(ctx, w, share.number(w)); err != nil {
		return nil, err
	}
	r.analysis = s.definitions.Of(r.version.Definition, r.version.Hash)
	r.moved = definition.MovedFrom(definition.ParsePromise(share.Promise), r.analysis)
	if share.hidden() {
		r.grant, err = s.vault.GetCredentialGrant(ctx, &vaultinternalv1.GetCredentialGrantRequest{Share: r.name()})
		if err != nil {
			return nil, fmt.Errorf("read credential grant: %w", err)
		}
	}
	if r.private, r.missing, err = s.strangeModels(ctx, w.Workspace, r.analysis); err != nil {
		return nil, err
	}
	return r, nil
}

// number is the version that a share opens.
func (s *shareRow) number(w workflowRow) int64 {
	if s.FollowLive {
		return w.Live
	}
	return s.Version
}

func (r *right) name() string {
	return resource.Share(r.share.Workspace, r.workflow.ID, r.share.ID)
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

// strangeModels finds the models of a definition that keys of other workspaces may
// not use, and those that do not exist.
func (s *Service) strangeModels(ctx context.Context, owner string, analysis *definition.Analysis) (private, missing []string, err error) {
	checks, err := s.checkModels(ctx, owner, stranger, analysis.ModelIDs())
	if err != nil {
		return nil, nil, err
	}
	for _, c := range checks {
		switch {
		case !c.GetExists():
			missing = append(missing, c.GetModelId())
		case !c.GetUsable():
			private = append(private, c.GetModelId())
		}
	}
	return private, missing, nil
}

// checkModels asks what the model ids of an owner's definition name, and whether a
// workspace's keys may use them.
func (s *Service) checkModels(ctx context.Context, owner, charged string, ids []string) ([]*registryinternalv1.ModelCheck, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	key := question(slices.Concat([]string{owner, charged}, ids))
	return s.rights.models.Get(ctx, key, func(ctx context.Context) ([]*registryinternalv1.ModelCheck, error) {
		return s.loadModels(ctx, key)
	})
}

// question joins names to the key under which an answer is kept. A definition may
// call things by any text: a separator in one would make it several questions, and
// stands for nothing here.
func question(names []string) string {
	for i, name := range names {
		names[i] = strings.ReplaceAll(name, "\x00", "\uFFFD")
	}
	return strings.Join(names, "\x00")
}

// publicModels asks what ids name that somebody else than the definition's owner came
// with. Such answers are not kept: strangers could fill the room with their guesses.
func (s *Service) publicModels(ctx context.Context, owner string, ids []string) ([]*registryinternalv1.ModelCheck, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.askRegistry(ctx, &registryinternalv1.CheckModelsRequest{
		OwnerWorkspace: owner, ChargedWorkspace: stranger, ModelIds: ids, PublicOnly: true,
	})
}

func (s *Service) loadModels(ctx context.Context, key string) ([]*registryinternalv1.ModelCheck, error) {
	parts := strings.Split(key, "\x00")
	return s.askRegistry(ctx, &registryinternalv1.CheckModelsRequest{
		OwnerWorkspace: parts[0], ChargedWorkspace: parts[1], ModelIds: parts[2:],
	})
}

func (s *Service) askRegistry(ctx context.Context, r *registryinternalv1.CheckModelsRequest) ([]*registryinternalv1.ModelCheck, error) {
	out, err := s.registry.CheckModels(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("check models: %w", err)
	}
	if len(out.GetChecks()) != len(r.GetModelIds()) {
		return nil, fmt.Errorf("check models: %d answers to %d questions", len(out.GetChecks()), len(r.GetModelIds()))
	}
	return out.GetChecks(), nil
}

func (s *Service) loadKey(ctx context.Context, name string) (*vaultinternalv1.ResolveKeyResponse, error) {
	out, err := s.vault.ResolveKey(ctx, &vaultinternalv1.ResolveKeyRequest{Name: name})
	if err != nil {
		return nil, fmt.Errorf("resolve key: %w", err)
	}
	return out, nil
}

// credentials are those of a workspace that exist, by id.
func (s *Service) credentials(ctx context.Context, ws string, ids []string) (map[string]*vaultv1.Credential, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	key := question(append([]string{ws}, ids...))
	return s.rights.secrets.Get(ctx, key, func(ctx context.Context) (map[string]*vaultv1.Credential, error) {
		return s.loadCredentials(ctx, key)
	})
}

func (s *Service) loadCredentials(ctx context.Context, key string) (map[string]*vaultv1.Credential, error) {
	parts := strings.Split(key, "\x00")
	out, err := s.vault.ResolveCredentials(ctx, &vaultinternalv1.ResolveCredentialsRequest{Workspace: parts[0], Ids: parts[1:]})
	if err != nil {
		return nil, fmt.Errorf("resolve credentials: %w", err)
	}
	found := make(map[string]*vaultv1.Credential, len(out.GetCredentials()))
	for _, c := range out.GetCredentials() {
		found[resource.Segment(c.GetName(), 1)] = c
	}
	return found, nil
}

// loadTrash says whether a workflow is gone or in the trash.
func (s *Service) loadTrash(ctx context.Context, uid string) (bool, error) {
	w, found, err := s.store.workflowByUID(ctx, uid)
	return !found || w.Deleted != 0, err
}

// loadTitle is what a workspace is called towards others: its title, or its id where it
// has none.
func (s *Service) loadTitle(ctx context.Context, ws string) (string, error) {
	out, err := s.vault.ResolveWorkspace(ctx, &vaultinternalv1.ResolveWorkspaceRequest{Workspace: ws})
	if err != nil {
		return "", fmt.Errorf("resolve workspace: %w", err)
	}
	return cmp.Or(out.GetTitle(), ws), nil
}

// stranger is the workspace that stands for anybody's when it is asked whether a model
// is private. It is no workspace's id, for it must own nothing: of the guest key's the
// private models would look as if they were everybody's.
const stranger = "-"

// noLink is the one answer to every token that opens nothing.
func noLink() error {
	return errs.NotFound(errorsv1.Reason_REASON_NOT_FOUND, "this link leads nowhere: it is wrong, or it was withdrawn")
}
