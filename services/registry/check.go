package registry

import (
	"context"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"google.golang.org/grpc/codes"
)

// CheckModels says what each model id of a definition names, and whether the
// charged workspace may use it.
func (f *internalFace) CheckModels(ctx context.Context, r *registryinternalv1.CheckModelsRequest) (*registryinternalv1.CheckModelsResponse, error) {
	reply := &registryinternalv1.CheckModelsResponse{}
	for _, id := range r.GetModelIds() {
		check, err := f.check(ctx, id, r)
		if err != nil {
			return nil, err
		}
		reply.Checks = append(reply.Checks, check)
	}
	return reply, nil
}

// check resolves on the owner's behalf, for the definition is the owner's: a
// model that the owner may not use does not exist here, whoever is charged. Where
// public models alone count, the owner's private ones do not exist either: one of
// them does not even stand before a public one of the same short name.
func (s *Service) check(ctx context.Context, id string, r *registryinternalv1.CheckModelsRequest) (*registryinternalv1.ModelCheck, error) {
	check := &registryinternalv1.ModelCheck{ModelId: id}
	counts := func(m model) bool {
		return m.public || !r.GetPublicOnly() && m.workspace == r.GetOwnerWorkspace()
	}
	for _, n := range candidates(id, r.GetOwnerWorkspace()) {
		m, err := s.store.model(ctx, n.modelName)
		if errs.CodeOf(err) == codes.NotFound || err == nil && !counts(m) {
			continue
		}
		if err != nil {
			return nil, err
		}
		v, err := s.readyVersion(ctx, m, n.number)
		if errs.CodeOf(err) == codes.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		check.Exists, check.Version, check.Usable = true, v.versionName.String(), m.usableBy(r.GetChargedWorkspace())
		return check, nil
	}
	return check, nil
}

func (m model) usableBy(workspace string) bool { return m.public || m.workspace == workspace }

// ready finds a version that runs can use; number 0 is the newest.
func (s *Service) ready(ctx context.Context, n versionName) (model, version, error) {
	m, err := s.store.model(ctx, n.modelName)
	if err != nil {
		return model{}, version{}, err
	}
	v, err := s.readyVersion(ctx, m, n.number)
	return m, v, err
}

func (s *Service) readyVersion(ctx context.Context, m model, number int64) (version, error) {
	if number == 0 {
		number = m.latest
	}
	v, err := s.store.version(ctx, versionName{m.modelName, number})
	if err != nil {
		return version{}, err
	}
	if v.state != registryv1.State_STATE_READY {
		return version{}, noModel()
	}
	return v, nil
}
