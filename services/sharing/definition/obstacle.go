package definition

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Shareable refuses a definition with obstacles. It names the first.
func Shareable(a *Analysis) error { return first(a.Obstacles) }

// SinksShareable refuses to turn on sinks with a destination that a visitor chooses.
func SinksShareable(a *Analysis) error { return first(a.openSinks) }

func first(obstacles []Obstacle) error {
	if len(obstacles) == 0 {
		return nil
	}
	o := obstacles[0]
	e := errs.FailedPrecondition(o.reason, "%s", o.message).With("step", o.step).With("field", o.field)
	if o.input != "" {
		e = e.With("input", o.input)
	}
	return e
}

// findObstacles finds credentials that come from another step, destinations that depend on
// the run, and inputs for credentials that are used elsewhere too. A step that cannot run
// sends nothing: it is no obstacle until it can, and then every run is checked again.
func (a *Analysis) findObstacles() {
	for _, c := range a.computed {
		if source, _ := workflow.ParseSelector(c.Source); a.cannotRun(c.Step) || a.cannotRun(source.Step) {
			continue
		}
		a.Obstacles = append(a.Obstacles, Obstacle{
			reason: errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED, step: c.Step, field: c.Field,
			message: fmt.Sprintf("%s.%s takes its credential from %s, but the output of another step is ordinary data; bind a credential ($credentials.<id>) or an input",
				c.Step, c.Field, c.Source),
		})
	}
	places := map[string]string{}
	for _, sl := range a.Slots {
		if a.cannotRun(sl.Step) {
			continue
		}
		if !sl.Constant {
			a.Obstacles = append(a.Obstacles, Obstacle{
				reason: errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT, step: sl.Step, field: sl.Field,
				message: sl.Path() + " takes a credential, but where it is sent is not constant in the version; write the address into the step",
			})
			continue
		}
		a.findElsewhere(sl, places)
	}
}

// findElsewhere finds a slot whose input is used elsewhere: as data, or as a credential for
// a second destination. A visitor sees one destination only. places collects the
// destinations of inputs.
func (a *Analysis) findElsewhere(sl Slot, places map[string]string) {
	if sl.Input == "" {
		return
	}
	elsewhere := sl.elsewhere
	if first, known := places[sl.Input]; known && first != sl.Destination {
		elsewhere = []string{Display(first)}
	}
	places[sl.Input] = sl.Destination
	if len(elsewhere) == 0 {
		return
	}
	a.Obstacles = append(a.Obstacles, Obstacle{
		reason: errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED, step: sl.Step, field: sl.Field, input: sl.Input,
		message: fmt.Sprintf("%s uses the input %q as a credential, and the same input also goes to %s; use a separate input for each, because a visitor's credential may go to one place only",
			sl.Path(), sl.Input, strings.Join(elsewhere, ", ")),
	})
}

// findAsking finds ordinary inputs that ask visitors for a secret.
func (a *Analysis) findAsking(list []inspect.AskingInput) {
	for _, in := range list {
		to := strings.TrimPrefix(in.Step+"."+in.Field, ".")
		a.Obstacles = append(a.Obstacles, Obstacle{
			reason: errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED, step: in.Step, field: in.Field, input: in.Input,
			message: fmt.Sprintf("the input %q asks for a secret by its name or text, but its value goes to %s as ordinary data; take it in a credential field, or rename it if it is no secret",
				in.Input, to),
		})
	}
}

// CheckSteered refuses hidden credentials in a request whose path and query come from an
// address that a visitor brings: the visitor could use them on any path of the host.
func (a *Analysis) CheckSteered() error {
	for _, sl := range a.Slots {
		if sl.Input == "" || sl.scheme != string(manifest.SchemeURL) {
			continue
		}
		for _, own := range a.Slots {
			if own.Step == sl.Step && own.Input == "" {
				return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT,
					"%s would send a hidden credential to a path that a visitor chooses with %s; write the address into the step, or bind a credential there",
					own.Path(), sl.Path()).With("step", own.Step).With("field", own.Field).With("input", sl.Input)
			}
		}
	}
	return nil
}

// findOpenDestination finds a step with a destination that depends on the run, with a
// credential or without: a visitor must not choose what the installation calls. Sinks are
// off until the owner turns them on, so an open sink prevents only that.
func (a *Analysis) findOpenDestination(d inspect.Destination) {
	if d.Constant || a.cannotRun(d.Step) {
		return
	}
	o := Obstacle{
		reason: errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT, step: d.Step, field: d.Field,
		message: fmt.Sprintf("%s.%s sends to an address from %s, which a visitor could choose; write the address into the step", d.Step, d.Field, cmp.Or(d.Source, "something in the run")),
	}
	known := func(have Obstacle) bool { return have.step == o.step && have.reason == o.reason }
	switch {
	case slices.Contains(a.Sinks, d.Step):
		a.openSinks = append(a.openSinks, o)
	case !slices.ContainsFunc(a.Obstacles, known):
		a.Obstacles = append(a.Obstacles, o)
	}
}

// ObstacleMessages returns obstacles as an inspection shows them.
func ObstacleMessages(obstacles []Obstacle) []*sharingv1.Problem {
	var out []*sharingv1.Problem
	for _, o := range obstacles {
		kind := strings.ToLower(strings.TrimPrefix(o.reason.String(), "REASON_"))
		out = append(out, &sharingv1.Problem{Step: o.step, Field: o.field, Kind: kind, Message: o.message})
	}
	return out
}
