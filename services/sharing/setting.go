package sharing

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// everySetting are the fields of a share that its owner sets.
var everySetting = []string{
	"title", "version", "follow_live", "run_access", "credential_access", "charged_key", "limits", "sinks_enabled",
	"fork_disabled", "expire_time", "frame_origins", "run_origins", "samples", "confirmed_destinations",
}

// outputOnly are fields that a client may send back as it got them.
var outputOnly = []string{"name", "token", "uri", "state", "detected", "notices", "create_time", "update_time", "suspension"}

// shareEdit is a share while its settings are changed.
type shareEdit struct {
	*Service
	workflow    workflows.Workflow
	row, before shares.Share
	created     bool
	// resumed: the owner has looked, and lets the share run again.
	resumed bool
	// grant is what the vault is to be asked for, if anything.
	grant *vaultinternalv1.PutCredentialGrantRequest
	// paths are the settings that are named.
	paths []string
	// confirmed are the unknown destinations that the owner has confirmed; the vault
	// keeps them with the grant.
	confirmed []string
	// limited: the owner has named limits, so that a missing one is no default.
	limited bool
}

// populated lists the fields that are set: what to change where no mask says it.
func populated(in *sharingv1.Share) []string {
	var paths []string
	in.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if name := string(f.Name()); slices.Contains(everySetting, name) {
			paths = append(paths, name)
		}
		return true
	})
	slices.Sort(paths)
	return paths
}

// mentions reports whether a mask names a field.
func mentions(paths []string, field string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		head, _, _ := strings.Cut(p, ".")
		return head == field
	})
}

// apply copies settings as they are; settle then sees whether they can be had.
func (e *shareEdit) apply(in *sharingv1.Share, paths []string) error {
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

func (e *shareEdit) set(in *sharingv1.Share, field, rest string) error {
	switch field {
	case "title":
		if err := leak.Text("share.title", in.GetTitle()); err != nil {
			return err
		}
		e.row.Title = in.GetTitle()
	case "version":
		if in.GetVersion() != 0 {
			e.row.Version = int64(in.GetVersion())
		}
	case "follow_live":
		e.row.FollowLive = in.GetFollowLive()
	case "run_access":
		e.row.RunAccess = max(in.GetRunAccess(), sharingv1.RunAccess_RUN_ACCESS_VISITOR)
	case "credential_access":
		e.row.CredentialAccess = max(in.GetCredentialAccess(), sharingv1.CredentialAccess_CREDENTIAL_ACCESS_VISITOR)
	case "charged_key":
		e.row.ChargedKey = in.GetChargedKey()
	case "limits":
		return e.setLimits(in.GetLimits(), rest)
	case "sinks_enabled":
		e.row.Sinks = in.GetSinksEnabled()
	case "fork_disabled":
		e.row.ForkDisabled = in.GetForkDisabled()
	case "expire_time":
		return e.setExpiry(in)
	case "frame_origins":
		return e.setOrigins(in.GetFrameOrigins())
	case "run_origins":
		return e.setRunOrigins(in.GetRunOrigins())
	case "samples":
		return e.setSamples(in.GetSamples())
	case "confirmed_destinations":
		gate := leak.NewGate()
		for i, address := range in.GetConfirmedDestinations() {
			gate.Text(fmt.Sprintf("share.confirmed_destinations[%d]", i), address)
		}
		if err := gate.Err(); err != nil {
			return err
		}
		e.confirmed = in.GetConfirmedDestinations()
	default:
		return resource.Invalid("update_mask", "a share has no setting %q", field)
	}
	return nil
}

func (e *shareEdit) setLimits(in *sharingv1.Limits, one string) error {
	if in == nil && e.created {
		return nil
	}
	e.limited = true
	all := one == ""
	if !all && !slices.Contains([]string{"runs", "period", "visitor_runs", "credential_calls", "pictures", "visitor_pictures"}, one) {
		return resource.Invalid("update_mask", "limits have no field %q", one)
	}
	if all || one == "runs" {
		e.row.Runs = in.GetRuns()
	}
	if all || one == "visitor_runs" {
		e.row.VisitorRuns = in.GetVisitorRuns()
	}
	if all || one == "credential_calls" {
		e.row.Calls = in.GetCredentialCalls()
	}
	if all || one == "pictures" {
		e.row.Pictures = in.GetPictures()
	}
	if all || one == "visitor_pictures" {
		e.row.VisitorPictures = in.GetVisitorPictures()
	}
	if all || one == "period" {
		e.row.Period = int64(in.GetPeriod())
	}
	return nil
}

func (e *shareEdit) setExpiry(in *sharingv1.Share) error {
	e.row.Expires = 0
	if in.GetExpireTime() == nil {
		return nil
	}
	at := in.GetExpireTime().AsTime()
	if !at.After(e.now()) {
		return resource.Invalid("share.expire_time", "must lie in the future")
	}
	e.row.Expires = sqldb.Micros(at)
	return nil
}

// framing is what may stand in a frame-ancestors directive: nothing that could end it.
var framing = regexp.MustCompile(`^https?://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[0-9]{1,5})?$`)

func (e *shareEdit) setOrigins(in []string) error {
	list := []string{}
	for _, o := range in {
		o = strings.TrimSuffix(strings.ToLower(o), "/")
		if o != "*" && !framing.MatchString(o) {
			return resource.Invalid("share.frame_origins", `must be origins like "https://example.com", or "*"`)
		}
		if !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	raw, err := json.Marshal(list)
	e.row.FrameOrigins = string(raw)
	return err
}

func (e *shareEdit) setSamples(in []*sharingv1.Sample) error {
	size := 0
	for _, sample := range in {
		if len(sample.GetValue()) > publish.MaxSamples {
			return resource.Invalid("share.samples", "are larger than %d bytes together", publish.MaxSamples)
		}
		clean, err := publish.CleanSample(sample.GetValue())
		if err != nil {
			return err
		}
		sample.Value = clean
		size += len(sample.GetInput()) + len(clean)
	}
	if size > publish.MaxSamples {
		return resource.Invalid("share.samples", "are larger than %d bytes together", publish.MaxSamples)
	}
	raw, err := protojson.Marshal(&sharingv1.Share{Samples: in})
	if err != nil {
		return resource.Invalid("share.samples", "cannot be written as JSON")
	}
	if err := publish.Samples(in).Err(); err != nil {
		return err
	}
	e.row.Samples = string(raw)
	return nil
}
