package peers

import (
	"slices"

	"google.golang.org/protobuf/proto"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
)

// Pins say what model IDs of a version meant when it was saved or shared: resource names of
// models or of their versions. A link uses them, so that a later alias or model of that name
// does not change what the link runs.
type Pins map[string]string

// Covers reports whether there is a pin for each ID.
func (p Pins) Covers(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return p[id] == "" })
}

// OrNone returns the pins, an empty map instead of nil.
func (p Pins) OrNone() Pins {
	if p == nil {
		return Pins{}
	}
	return p
}

// apply replaces pinned IDs by what they mean.
func (p Pins) apply(ids []string) []string {
	if len(p) == 0 {
		return ids
	}
	out := slices.Clone(ids)
	for i, id := range ids {
		if pin := p[id]; pin != "" {
			out[i] = pin
		}
	}
	return out
}

// restore returns the answers with the IDs of the definition. The answers are shared with
// others, so it copies those that it changes.
func (p Pins) restore(ids []string, checks []*registryinternalv1.ModelCheck) []*registryinternalv1.ModelCheck {
	if len(p) == 0 {
		return checks
	}
	out := slices.Clone(checks)
	for i, id := range ids {
		if p[id] != "" {
			out[i] = proto.CloneOf(checks[i])
			out[i].ModelId = id
		}
	}
	return out
}
