package models

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
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

// changes returns the new values of the fields in the update mask, and nil for others.
func changes(r *registryv1.UpdateModelRequest) (title *string, public *bool, err error) {
	mask, err := resource.Mask(r.GetUpdateMask().GetPaths(), []string{"title", "visibility"}, []string{"name"})
	if slices.Contains(mask, "title") {
		title = new(r.GetModel().GetTitle())
	}
	if slices.Contains(mask, "visibility") {
		public = new(isPublic(r.GetModel()))
	}
	return title, public, err
}

func isPublic(m *registryv1.Model) bool {
	return m.GetVisibility() == registryv1.Visibility_VISIBILITY_PUBLIC
}

// Error returns the error that a client gets for an error of the store.
func Error(err error) error {
	if errors.Is(err, sqldb.ErrNoRow) {
		return notFound()
	}
	return err
}
