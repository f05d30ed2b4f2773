package artifacts

import (
	"errors"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

func runModel(m models.Model, v models.Version) *registryinternalv1.RunModel {
	return &registryinternalv1.RunModel{Version: v.VersionName.String(), Sha256: v.SHA256, SizeBytes: v.Size, Task: m.Task}
}

// cannotStore is the error for a disk or a bucket that is full or unavailable.
func cannotStore(err error) error {
	return errs.Unavailable("the artifact cannot be stored now; try again later").Because(err)
}

func cannotRead(err error) error {
	return errs.Unavailable("the model's file cannot be read now; try again later").Because(err)
}

func notPending() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_CONFLICT, "this version already has its artifact and cannot change; create a new version")
}

func tooLarge(limit int64) error {
	return errs.InvalidArgument("the artifact is larger than %d bytes", limit).WithReason(errorsv1.Reason_REASON_REQUEST_TOO_LARGE)
}

func empty() error {
	return errs.InvalidArgument("the artifact is empty; send the bytes of the model's file")
}

func notAModel(v models.Version) error {
	return errs.InvalidArgument("the file is not a model that can be used: %s", v.Problem).WithReason(errorsv1.Reason_REASON_MODEL_INVALID).
		With("version", v.VersionName.String())
}

func notGranted() error { return grant.Invalid(errors.New("the grant does not list this model")) }
