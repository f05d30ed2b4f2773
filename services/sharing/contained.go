package sharing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// obstacle is why a definition cannot be shared that may well run for its owner: it
// could send a visitor's or a hidden credential anywhere, or be made to call anything.
type obstacle struct {
	reason      errorsv1.Reason
	step, field string
	// input is the one that brings the credential, if any.
	input   string
	message string
}

// shareable refuses a definition with obstacles, with the first of them.
func shareable(look *analysis) error { return first(look.obstacles) }

// sinkable refuses to turn on sinks that send where a visitor says.
func sinkable(look *analysis) error { return first(look.openSinks) }

func first(obstacles []obstacle) error {
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

// findObstacles finds a credential that another step hands on, a destination that
// something in the run decides, and an input for a credential that goes elsewhere too.
func (a *analysis) findObstacles() {
	for _, c := range a.computed {
		a.obstacles = append(a.obstacles, obstacle{
			reason: errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED, step: c.Step, field: c.Field,
			message: fmt.Sprintf("%s.%s takes its credential from %s: what another step hands on is ordinary data; bind a credential ($credentials.<id>) or take an input",
				c.Step, c.Field, c.Source),
		})
	}
	places := map[string]string{}
	for _, sl := range a.slots {
		if !sl.constant {
			a.obstacles = append(a.obstacles, obstacle{
				reason: errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT, step: sl.step, field: sl.field,
				message: sl.path() + " takes a credential, but where it is sent is not constant in the version; write the address into the step",
			})
			continue
		}
		a.findElsewhere(sl, places)
	}
}

// findElsewhere finds a slot whose input goes elsewhere: as data, or as a credential to
// a second destination, of which a visitor is shown one. places collects those of inputs.
func (a *analysis) findElsewhere(sl slot, places map[string]string) {
	if sl.input == "" {
		return
	}
	elsewhere := sl.elsewhere
	if first, known := places[sl.input]; known && first != sl.destination {
		elsewhere = []string{display(first)}
	}
	places[sl.input] = sl.destination
	if len(elsewhere) == 0 {
		return
	}
	a.obstacles = append(a.obstacles, obstacle{
		reason: errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED, step: sl.step, field: sl.field, input: sl.input,
		message: fmt.Sprintf("%s takes the input %q for a credential, which also goes to %s; what a visitor gives as a credential may go to one place only",
			sl.path(), sl.input, strings.Join(elsewhere, ", ")),
	})
}

// findAsking finds ordinary inputs that visitors would give a secret to.
func (a *analysis) findAsking(list []inspect.AskingInput) {
	for _, in := range list {
		to := strings.TrimPrefix(in.Step+"."+in.Field, ".")
		a.obstacles = append(a.obstacles, obstacle{
			reason: errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED, step: in.Step, field: in.Field, input: in.Input,
			message: fmt.Sprintf("the input %q asks for a secret by its name or text, but its value goes to %s as ordinary data; take it in a credential field, or rename it if it is no secret",
				in.Input, to),
		})
	}
}

// steered refuses hidden credentials in a request whose path and query a visitor's own
// address decides: they would act on the host wherever the visitor says.
func (a *analysis) steered() error {
	for _, sl := range a.slots {
		if sl.input == "" || sl.scheme != string(manifest.SchemeURL) {
			continue
		}
		for _, own := range a.slots {
			if own.step == sl.step && own.input == "" {
				return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT,
					"%s would send a hidden credential to the path that a visitor gives as %s; write the address into the step, or bind a credential there",
					own.path(), sl.path()).With("step", own.step).With("field", own.field).With("input", sl.input)
			}
		}
	}
	return nil
}

// findOpen finds a step that sends where something in the run decides, with a credential
// or without: a visitor must not choose what the installation calls. A sink is off
// unless the owner turns it on, so it is in the way of that alone.
func (a *analysis) findOpen(d inspect.Destination) {
	if d.Constant {
		return
	}
	o := obstacle{
		reason: errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT, step: d.Step, field: d.Field,
		message: fmt.Sprintf("%s.%s sends where %s says, which a visitor could decide; write the address into the step", d.Step, d.Field, cmp.Or(d.Source, "something in the run")),
	}
	known := func(have obstacle) bool { return have.step == o.step && have.reason == o.reason }
	switch {
	case slices.Contains(a.sinks, d.Step):
		a.openSinks = append(a.openSinks, o)
	case !slices.ContainsFunc(a.obstacles, known):
		a.obstacles = append(a.obstacles, o)
	}
}

func obstacleMessages(obstacles []obstacle) []*sharingv1.Problem {
	var out []*sharingv1.Problem
	for _, o := range obstacles {
		kind := strings.ToLower(strings.TrimPrefix(o.reason.String(), "REASON_"))
		out = append(out, &sharingv1.Problem{Step: o.step, Field: o.field, Kind: kind, Message: o.message})
	}
	return out
}
