package settings

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
)

// apply copies settings from a request. Whether the version allows them is checked after
// that, because one depends on others.
func (e *edit) apply(in *sharingv1.Share, paths []string) error {
	e.paths = paths
	for _, path := range paths {
		head, rest, _ := strings.Cut(path, ".")
		if slices.Contains(outputOnly, head) {
			continue
		}
		if err := e.set(in, head, rest); err != nil {
			return err
		}
	}
	return nil
}

// set copies one setting. part is the field inside of it that the mask names, or empty.
func (e *edit) set(in *sharingv1.Share, field, part string) error {
	switch field {
	case "title":
		e.row.Title = in.GetTitle()
		return leak.Text("share.title", in.GetTitle())
	case "version":
		if in.GetVersion() != 0 {
			e.row.Version = int64(in.GetVersion())
		}
	case "follow_live":
		e.row.FollowLive = in.GetFollowLive()
	case "run_access":
		e.row.RunAccess = in.GetRunAccess()
	case "credential_access":
		e.row.CredentialAccess = in.GetCredentialAccess()
	case "charged_key":
		e.row.ChargedKey = in.GetChargedKey()
	case "sinks_enabled":
		e.row.Sinks = in.GetSinksEnabled()
	case "view_disabled", "run_disabled", "fork_disabled":
		e.setPermission(in, field)
	case "limits":
		return e.setLimits(in.GetLimits(), part)
	case "start_time":
		e.row.Starts = sqldb.Micros(in.GetStartTime().AsTime())
	case "expire_time":
		return e.setExpiry(in)
	case "frame_origins":
		return e.setFrameOrigins(in.GetFrameOrigins())
	case "run_origins":
		return e.setRunOrigins(in.GetRunOrigins())
	case "samples":
		return e.setSamples(in.GetSamples())
	case "presentation":
		return e.setPresentation(in.GetPresentation(), part)
	case "slot_credentials":
		return e.setBindings(in.GetSlotCredentials())
	case "gate":
		return e.setGate(in.GetGate(), part)
	case "confirmed_destinations":
		return e.setConfirmed(in.GetConfirmedDestinations())
	default:
		return resource.Invalid("update_mask", "a share has no setting %q", field)
	}
	return nil
}

// setLimits copies all limits, or the one that the mask names.
func (e *edit) setLimits(in *sharingv1.Limits, part string) error {
	if in == nil && e.created {
		return nil
	}
	e.limited = true
	fields := map[string]struct {
		to    *int64
		value int64
	}{
		"runs": {&e.row.Runs, in.GetRuns()}, "visitor_runs": {&e.row.VisitorRuns, in.GetVisitorRuns()},
		"pictures": {&e.row.Pictures, in.GetPictures()}, "visitor_pictures": {&e.row.VisitorPictures, in.GetVisitorPictures()},
		"credential_calls": {&e.row.Calls, in.GetCredentialCalls()}, "period": {&e.row.Period, int64(in.GetPeriod())},
	}
	if _, known := fields[part]; part != "" && !known {
		return resource.Invalid("update_mask", "limits have no field %q", part)
	}
	for name, field := range fields {
		if part == "" || part == name {
			*field.to = field.value
		}
	}
	return nil
}

func (e *edit) setExpiry(in *sharingv1.Share) error {
	e.row.Expires = 0
	if in.GetExpireTime() == nil {
		return nil
	}
	at := in.GetExpireTime().AsTime()
	if !at.After(e.now) {
		return resource.Invalid("share.expire_time", "must lie in the future")
	}
	e.row.Expires = sqldb.Micros(at)
	return nil
}

// maxTitles bounds the samples that visitors can pick from.
const maxTitles = 6

// setSamples checks samples as visitors will see them, and removes the metadata of their
// pictures.
func (e *edit) setSamples(in []*sharingv1.Sample) error {
	size, titles := 0, map[string]bool{}
	for i, sample := range in {
		if err := publish.SampleTitle(fmt.Sprintf("share.samples[%d].title", i), sample.GetTitle()); err != nil {
			return err
		}
		titles[sample.GetTitle()] = true
		if len(sample.GetValue()) > publish.MaxSamples {
			return resource.Invalid("share.samples", "are larger than %d bytes together", publish.MaxSamples)
		}
		clean, err := publish.CleanSample(sample.GetValue())
		if err != nil {
			return err
		}
		sample.Value = clean
		size += len(sample.GetInput()) + len(sample.GetTitle()) + len(clean)
	}
	if len(titles) > maxTitles {
		return resource.Invalid("share.samples", "have more than %d titles", maxTitles)
	}
	if size > publish.MaxSamples {
		return resource.Invalid("share.samples", "are larger than %d bytes together", publish.MaxSamples)
	}
	raw, err := protojson.Marshal(&sharingv1.Share{Samples: in})
	if err != nil {
		return resource.Invalid("share.samples", "cannot be written as JSON")
	}
	e.row.Samples = string(raw)
	return publish.Samples(in).Err()
}

func (e *edit) setConfirmed(addresses []string) error {
	gate := leak.NewGate()
	for i, address := range addresses {
		gate.Text(fmt.Sprintf("share.confirmed_destinations[%d]", i), address)
	}
	e.confirmed = addresses
	return gate.Err()
}
