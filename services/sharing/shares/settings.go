package shares

import (
	"encoding/json"

	"google.golang.org/protobuf/encoding/protojson"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// FrameOriginList returns the origins that may embed the share.
func (s *Share) FrameOriginList() []string { return listed(s.FrameOrigins) }

// RunOriginList returns the origins whose pages may run the share.
func (s *Share) RunOriginList() []string { return listed(s.RunOrigins) }

// listed reads a JSON list of texts. An empty one is nil.
func listed(raw string) []string {
	var out []string
	if err := json.Unmarshal([]byte(raw), &out); err != nil || len(out) == 0 {
		return nil
	}
	return out
}

// SampleList returns the samples of inputs.
func (s *Share) SampleList() []*sharingv1.Sample {
	out := &sharingv1.Share{}
	if err := protojson.Unmarshal([]byte(s.Samples), out); err != nil { // "[]": none
		return nil
	}
	return out.GetSamples()
}

// Bindings returns the credentials that the share chooses for slots.
func (s *Share) Bindings() definition.Bindings { return definition.ParseBindings(s.SlotCredentials) }

// SlotCredentialList returns the same for the API.
func (s *Share) SlotCredentialList() []*sharingv1.SlotCredential {
	var out []*sharingv1.SlotCredential
	for _, b := range s.Bindings() {
		out = append(out, &sharingv1.SlotCredential{Step: b.Step, Field: b.Field, Credential: names.Credential(s.Workspace, b.Credential)})
	}
	return out
}

// LimitsMessage returns the limits as the owner sees them, nil without any.
func (s *Share) LimitsMessage() *sharingv1.Limits {
	if s.Runs == 0 && s.VisitorRuns == 0 && s.Calls == 0 { // pictures are never limited without runs
		return nil
	}
	return &sharingv1.Limits{
		Runs: s.Runs, VisitorRuns: s.VisitorRuns, CredentialCalls: s.Calls, Period: vaultv1.Period(s.Period),
		Pictures: s.Pictures, VisitorPictures: s.VisitorPictures,
	}
}

// Limits returns the limits on runs and pictures.
func (s *Share) Limits() budget.ShareLimits {
	return budget.ShareLimits{
		Share: s.UID, Epoch: s.LimitEpoch, Runs: s.Runs, Pictures: s.Pictures, VisitorRuns: s.VisitorRuns, VisitorPictures: s.VisitorPictures,
		Period: vaultv1.Period(s.Period),
	}
}
