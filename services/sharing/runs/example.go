package runs

import (
	"context"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
)

// keepExample stores the result of a sample that ran well. The vault has judged its texts
// before. A result that must not be published is a refusal for the caller: the run happened
// and is booked.
func (s *booker) keepExample(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd) (refusal, err error) {
	conditions, err := row.Conditions()
	if err != nil || conditions.Sample == nil || r.GetState() != sharingv1.RunState_RUN_STATE_SUCCEEDED {
		return nil, err
	}
	clean, refusal := publish.Example(r.GetExample())
	if refusal != nil {
		return refusal, nil
	}
	opened, err := s.resolver.ByUIDNow(ctx, row.Share)
	if err != nil {
		return nil, err
	}
	if opened.Version.Hash != row.VersionHash || len(opened.SampleOf(*conditions.Sample)) == 0 {
		return errs.Aborted(errorsv1.Reason_REASON_CONFLICT, "the link changed during the run, so its result was not stored; try again"), nil
	}
	if err := s.resolver.Keep(ctx, opened, *conditions.Sample, clean); err != nil {
		return err, nil
	}
	return nil, nil
}
