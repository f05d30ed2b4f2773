package visitor

import (
	"context"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/policy"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// describer says on which terms a run would happen.
type describer struct {
	policy *policy.Decider
	meter  *meter.Meter
}

// state returns what a view says about the caller and this moment: who would be charged
// for a run, what is left, and why a run would be refused.
func (s *describer) state(ctx context.Context, opened *shares.Resolved, who caller.Principal) (*sharingv1.SharedWorkflow, error) {
	d, refusals, err := s.policy.Explain(ctx, opened, who)
	if err != nil {
		return nil, err
	}
	terms := &sharingv1.Terms{
		Destinations: opened.Analysis.Destinations, Places: opened.Analysis.Places, SinksEnabled: opened.Share.Sinks, Charged: payer(d),
		Credentials: credentials(opened), MovedCredentials: opened.MovedCredentials(),
	}
	for _, refusal := range refusals {
		terms.Blocked = append(terms.Blocked, refusal.Message())
	}
	left, err := s.allowances(ctx, d, terms)
	if err != nil {
		return nil, err
	}
	terms.Summary = summary(terms)
	return &sharingv1.SharedWorkflow{Terms: terms, Allowances: left, Runnable: len(terms.Blocked) == 0}, nil
}

// allowances returns what is left of the limits that the caller may see. An exhausted limit blocks runs even if the
// caller may not see it.
func (s *describer) allowances(ctx context.Context, d *policy.Decision, terms *sharingv1.Terms) ([]*sharingv1.Allowance, error) {
	limited := budget.Visible(d.Scopes, true)
	if len(limited) == 0 {
		return nil, nil
	}
	left, err := s.meter.Left(ctx, limited)
	if err != nil {
		return nil, err
	}
	ownKey := d.Principal.Kind != caller.Guest && d.Charged == d.Principal.Key
	var shown []*sharingv1.Allowance
	for i, a := range budget.Allowances(limited, left) {
		own := limited[i].Kind != meter.Key || ownKey
		if own {
			shown = append(shown, a)
		}
		if why := exhausted(a, own, len(d.Analysis.Batches) > 0, terms.GetCharged()); why != "" {
			terms.Blocked = append(terms.Blocked, why)
		}
	}
	return shown, nil
}

// exhausted says that a limit is used up, or "". own reports that the caller may see the
// limit, pictures that runs bring pictures.
func exhausted(a *sharingv1.Allowance, own, pictures bool, charged string) string {
	switch {
	case a.GetRunsLeft() > 0 && (a.GetPicturesLeft() > 0 || !pictures):
		return ""
	case own && a.GetRunsLeft() > 0:
		return "the allowance of pictures of the " + a.GetScope() + " is used up"
	case own:
		return "the allowance of the " + a.GetScope() + " is used up"
	default:
		return "the budget of the " + charged + "'s key, which the runs are charged to, is used up"
	}
}

// payer says who is charged for a run.
func payer(d *policy.Decision) string {
	switch {
	case d.PaidByOwner:
		return "owner"
	case d.Charged == rpc.GuestKey:
		return "guest"
	default:
		return "visitor"
	}
}

// credentials says whose credentials the runs of a link use.
func credentials(opened *shares.Resolved) string {
	switch {
	case len(opened.Analysis.Slots) == 0:
		return "none"
	case opened.Share.Hidden() && opened.Analysis.HasSlots():
		return "owner"
	default:
		return "visitor"
	}
}

// summary returns the terms in one line.
func summary(t *sharingv1.Terms) string {
	parts := []string{map[string]string{
		"owner":   "Runs are charged to the owner.",
		"visitor": "Runs are charged to your own key.",
		"guest":   "Without your own key, runs use this installation's small allowance for guests.",
	}[t.GetCharged()]}
	switch t.GetCredentials() {
	case "owner":
		parts = append(parts, "The owner's hidden credentials are used; nobody sees them.")
	case "visitor":
		parts = append(parts, "You provide the credentials; they are kept for this run only.")
	}
	if moved := t.GetMovedCredentials(); len(moved) > 0 {
		parts = append(parts, "Since this link was created, its owner has changed where "+errs.Quoted(moved)+" is sent.")
	}
	if where := t.GetDestinations(); len(where) > 0 {
		parts = append(parts, "Data goes to "+strings.Join(where, ", ")+".")
	} else {
		parts = append(parts, "Data stays in this installation.")
	}
	return strings.Join(parts, " ")
}
