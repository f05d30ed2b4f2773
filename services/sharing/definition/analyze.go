package definition

import (
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// analyze finds everything that a decision or a view needs. services are those that blocks
// may need; the runner checks whether it has them.
func analyze(catalogue *manifest.Catalogue, services []string, raw []byte, hash string) *Analysis {
	p, _, problems := plan.Load(raw, catalogue, services...)
	a := &Analysis{Hash: hash, Raw: raw, Problems: problems}
	if p == nil {
		return a
	}
	report := inspect.Inspect(p)
	a.Problems = append(a.Problems, report.Problems...)
	a.Sinks, a.NotRunnable = report.Sinks, report.NotRunnable
	a.takeSlots(report)
	a.findObstacles()
	a.findAsking(report.Asking)
	a.takeModels(report)
	a.declared = make(map[string]declared, len(p.Inputs))
	for _, in := range p.Inputs {
		a.declared[in.Name] = declared{kinds: in.Kinds, lists: in.Dimensionality}
	}
	a.destinationOf = map[string]string{}
	for _, d := range report.Destinations {
		if d.Constant {
			a.destinationOf[d.Step] = d.Address
		}
		a.findOpenDestination(d)
		if where := whereTo(d); !slices.Contains(a.Destinations, where) {
			a.Destinations = append(a.Destinations, where)
			a.Places = append(a.Places, &sharingv1.Destination{Address: where, KnownProvider: d.Constant && knownHosts[d.Address]})
		}
	}
	a.Batches = map[string]bool{}
	for _, in := range p.Inputs {
		if in.IsBatch() {
			a.Batches[in.Name] = true
		}
	}
	a.Closed = len(a.Slots)+len(a.Models)+len(a.Sinks)+len(a.Destinations)+len(a.Batches) == 0
	a.describe(p, report, catalogue)
	a.Problems = append(a.Problems, collisionsOf(a.Slots)...)
	return a
}

func (a *Analysis) takeSlots(r inspect.Report) {
	for _, s := range r.Slots {
		a.Slots = append(a.Slots, Slot{
			Step: s.Step, Field: s.Field, Provider: s.Provider, scheme: string(s.Scheme), parameter: s.Parameter, prefix: s.Prefix,
			Credential: s.Credential, Destination: s.Destination.Address, address: s.Destination.URL, Constant: s.Destination.Constant && s.Destination.Address != "",
		})
	}
	for _, s := range r.SecretInputs {
		a.Slots = append(a.Slots, Slot{
			Step: s.Step, Field: s.Field, Provider: s.Provider, prefix: s.Prefix, Input: s.Input, VisitorInput: s.Input,
			Destination: s.Destination.Address, address: s.Destination.URL, Constant: s.Destination.Constant && s.Destination.Address != "",
			elsewhere: s.AlsoGoesTo,
		})
	}
	a.computed = r.Computed
}

func (a *Analysis) takeModels(r inspect.Report) {
	for _, m := range r.Models {
		a.Models = append(a.Models, ModelUse{Step: m.Step, ID: m.ID, Input: m.Input, Dynamic: m.Dynamic, Pointer: m.Pointer, Task: m.Task})
	}
}

// whereTo describes a destination for people.
func whereTo(d inspect.Destination) string {
	switch {
	case d.Address != "":
		return Display(d.Address)
	case d.Default != "":
		return "an address from " + d.Source + " (default: " + Display(d.Default) + ")"
	case d.Source != "":
		return "an address from " + d.Source
	default:
		return "an address of step " + d.Step
	}
}
