package settings

import (
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
)

// checkVersion refuses to share a version that cannot run, or that visitors cannot run.
func checkVersion(a *definition.Analysis) error {
	if len(a.Problems) > 0 {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DEFINITION_INVALID,
			"the version has problems and cannot be shared; inspect the workflow to list them").Because(a.Problems.Err())
	}
	return definition.Shareable(a)
}

func (e *edit) checkSamples(a *definition.Analysis) error {
	inputs := a.OwnInterface.GetInputs()
	for _, sample := range e.row.SampleList() {
		at := slices.IndexFunc(inputs, func(in *sharingv1.Input) bool { return in.GetName() == sample.GetInput() })
		if at < 0 || inputs[at].GetCredential() {
			return resource.Invalid("share.samples", "the version has no input %q that could have a sample", sample.GetInput())
		}
		if inputs[at].GetType() == "WorkflowImage" && !publish.OnlyPictures(sample.GetValue()) {
			return resource.Invalid("share.samples", "the sample of %q must be a JPEG, PNG or WebP picture in base64, or a URL", sample.GetInput())
		}
	}
	return nil
}

func (e *edit) checkSinks(a *definition.Analysis) error {
	if !e.row.Sinks {
		return nil
	}
	return definition.SinksShareable(a)
}

// ownerPays reports whether run access is open.
func (e *edit) ownerPays() bool { return e.row.RunAccess == sharingv1.RunAccess_RUN_ACCESS_OWNER }

// opensRunAccess reports whether run access must be checked.
func (e *edit) opensRunAccess() bool {
	return e.ownerPays() && e.opens("run_access", e.before.RunAccess == e.row.RunAccess)
}

// checkRunAccess refuses to open run access for a version without a private model. private
// are the models that keys of other workspaces may not use.
func checkRunAccess(a *definition.Analysis, private []string) error {
	if len(private) > 0 {
		return nil
	}
	found := "the version uses no model"
	if ids := a.ModelIDs(); len(ids) > 0 {
		found = "anyone may use " + errs.Quoted(ids)
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_NO_PRIVATE_MODEL,
		"run access is only for workflows with a private model: the steps were searched for a model that the keys of other workspaces may not use, and %s", found)
}

// chooseKey charges the caller's key if run access is open and the owner names none. It
// refuses a key of another workspace.
func (e *edit) chooseKey(caller string) error {
	if e.ownerPays() && e.row.ChargedKey == "" {
		e.row.ChargedKey = caller
	}
	if none := e.row.ChargedKey == "" && !e.ownerPays(); none || strings.HasPrefix(e.row.ChargedKey, resource.Workspace(e.workflow.Workspace)+"/keys/") {
		return nil
	}
	return resource.Invalid("share.charged_key", "must be a key of the workflow's workspace")
}

func deadKey() error {
	return resource.Invalid("share.charged_key", "is not a key that can be charged: it does not exist, or was revoked")
}
