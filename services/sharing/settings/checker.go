package settings

import (
	"context"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// checker reads what the rules of an edit need, and applies them.
type checker struct {
	workflows   workflows.Store
	definitions *definition.Cache
	peers       *peers.Peers
}

// analysis returns what is in the version that a share opens, with the credentials that the
// share chooses, and the version.
func (c *checker) analysis(ctx context.Context, w workflows.Workflow, row shares.Share) (*definition.Analysis, workflows.Version, error) {
	v, err := c.workflows.Version(ctx, w, row.VersionNumber(w))
	if err != nil {
		return nil, v, err
	}
	return c.definitions.Of(v.Definition, v.Hash).With(row.Bindings()), v, nil
}

// check applies all rules to an edit. With confirm, or if the vault's grant is not the one
// that the settings need now, it prepares a grant. caller is the key that edits the share.
func (c *checker) check(ctx context.Context, e *edit, caller string, confirm bool) error {
	e.row.RunAccess = max(e.row.RunAccess, sharingv1.RunAccess_RUN_ACCESS_VISITOR)
	e.row.CredentialAccess = max(e.row.CredentialAccess, sharingv1.CredentialAccess_CREDENTIAL_ACCESS_VISITOR)
	a, v, err := c.analysis(ctx, e.workflow, e.row)
	if err != nil {
		return err
	}
	if v, err = c.workflows.PinModels(ctx, c.peers, e.workflow, v, a.ModelIDs()); err != nil {
		return err
	}
	if err := checkVersion(a); err != nil {
		return err
	}
	if err := e.checkPermissions(); err != nil {
		return err
	}
	if err := e.checkSamples(a); err != nil {
		return err
	}
	if err := e.checkPresentation(a); err != nil {
		return err
	}
	if err := e.checkSinks(a); err != nil {
		return err
	}
	if err := c.checkBindings(ctx, e, a); err != nil {
		return err
	}
	if err := c.checkRunAccess(ctx, e, a, v.Pins); err != nil {
		return err
	}
	if err := c.checkKey(ctx, e, caller); err != nil {
		return err
	}
	if err := e.fillLimits(); err != nil {
		return err
	}
	return c.checkCredentials(ctx, e, a, confirm)
}

func (c *checker) checkRunAccess(ctx context.Context, e *edit, a *definition.Analysis, pins peers.Pins) error {
	if !e.opensRunAccess() {
		return nil
	}
	private, _, err := c.peers.ForStrangers(ctx, e.workflow.Workspace, a.ModelIDs(), pins)
	if err != nil {
		return err
	}
	return checkRunAccess(a, private)
}

// checkKey makes sure that the charged key belongs to the owner and can be charged.
func (c *checker) checkKey(ctx context.Context, e *edit, caller string) error {
	if err := e.chooseKey(caller); err != nil || !e.ownerPays() {
		return err
	}
	key, err := c.peers.Key(ctx, e.row.ChargedKey)
	if err != nil {
		return err
	}
	if !key.GetActive() {
		return deadKey()
	}
	return nil
}

// checkCredentials decides which grant of the vault the edited row covers: none, the one
// that it has, none for a new version that needs none, or a new one.
func (c *checker) checkCredentials(ctx context.Context, e *edit, a *definition.Analysis, confirm bool) error {
	switch {
	case !e.row.Hidden():
		e.row.GrantedHash = ""
		return nil
	case !confirm && e.sameGrant():
		return nil
	case !a.HasSlots() && !e.opens("credential_access", e.before.Hidden()):
		e.row.GrantedHash = a.Hash
		return nil
	}
	if err := checkSlots(a); err != nil {
		return err
	}
	known, err := c.peers.Credentials(ctx, e.workflow.Workspace, a.CredentialIDs())
	if err != nil {
		return err
	}
	return e.prepareGrant(a, known)
}

// promise makes the link promise where the version that it opens now sends the credentials
// of visitors. It is for a link that nobody knows yet.
func (c *checker) promise(ctx context.Context, e *edit) error {
	a, _, err := c.analysis(ctx, e.workflow, e.row)
	if err != nil {
		return err
	}
	e.row.Promise = a.Promise().Text()
	return nil
}
