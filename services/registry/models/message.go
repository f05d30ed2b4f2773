package models

import (
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

func (m Model) message() *registryv1.Model {
	visibility := registryv1.Visibility_VISIBILITY_PRIVATE
	if m.Public {
		visibility = registryv1.Visibility_VISIBILITY_PUBLIC
	}
	return &registryv1.Model{
		Name: m.Name.String(), Title: m.Title, Task: m.Task, Visibility: visibility,
		LatestVersion: int32(m.Latest), CreateTime: timestamppb.New(m.Created),
	}
}

// Message is the version as clients see it.
func (v Version) Message() *registryv1.ModelVersion {
	return &registryv1.ModelVersion{
		Name: v.VersionName.String(), State: v.State, Sha256: v.SHA256, SizeBytes: v.Size, Problem: v.Problem,
		Inputs: tensorMessages(v.Signature.Inputs), Outputs: tensorMessages(v.Signature.Outputs), CreateTime: timestamppb.New(v.Created),
	}
}

func tensorMessages(all []Tensor) []*registryv1.Tensor {
	var out []*registryv1.Tensor
	for _, t := range all {
		out = append(out, &registryv1.Tensor{Name: t.Name, Type: t.Type, Shape: t.Shape})
	}
	return out
}

// changes reads the update mask. Fields that are not in it are nil. The task of a model is fixed.
func changes(r *registryv1.UpdateModelRequest) (title *string, public *bool, err error) {
	for _, path := range r.GetUpdateMask().GetPaths() {
		switch path {
		case "title":
			title = new(r.GetModel().GetTitle())
		case "visibility":
			public = new(isPublic(r.GetModel()))
		case "name":
		default:
			return nil, nil, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "%q cannot be changed; title and visibility can", path).
				Field("update_mask", "not a field that can be changed")
		}
	}
	return title, public, nil
}

func isPublic(m *registryv1.Model) bool {
	return m.GetVisibility() == registryv1.Visibility_VISIBILITY_PUBLIC
}

// notFound is the same answer for a model that does not exist and for one of somebody else.
func notFound() *errs.Error {
	return errs.NotFound(errorsv1.Reason_REASON_MODEL_NOT_FOUND, "there is no such model here, or it is not yours")
}

// Error is the answer for an error of the store.
func Error(err error) error {
	if errors.Is(err, sqldb.ErrNoRow) {
		return notFound()
	}
	return err
}
