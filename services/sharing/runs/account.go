package runs

import (
	"context"
	"fmt"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

// used returns the line items of a run. It ends the run at the vault first, so that no
// call with a credential can begin any more, and the vault says which calls began. While
// the vault is away nothing is booked. Asking again gives the same line items.
//
// leaving are the texts that are to leave the run. The verdict is the vault's on them.
func (s *booker) used(ctx context.Context, row ledger.Run, reported []*sharingv1.LineItem, leaving [][]byte) ([]*sharingv1.LineItem, vaultinternalv1.Verdict, error) {
	out := &vaultinternalv1.EndRunResponse{}
	if row.VaultOpen {
		var err error
		if out, err = s.vault.EndRun(ctx, &vaultinternalv1.EndRunRequest{Run: row.ID, Leaving: leaving}); err != nil {
			return nil, out.GetVerdict(), fmt.Errorf("end the run in the vault: %w", err)
		}
	}
	items, strays := reconcile(out.GetAttempts(), reported)
	if strays > 0 {
		s.log.WarnContext(ctx, "line items that the vault does not know, or duplicates, were not booked", "run", row.ID, "items", strays)
	}
	return items, out.GetVerdict(), nil
}

// itemKey identifies a line item, as in the ledger.
type itemKey struct {
	step           string
	attempt        int32
	kind, resource string
}

func keyOf(i *sharingv1.LineItem) itemKey {
	return itemKey{i.GetStep(), i.GetAttempt(), i.GetKind(), i.GetResource()}
}

// reconcile makes line items of the vault's attempts and of what the runner reports. Only
// the vault says which calls were made with a credential. The runner, which has read the
// answers, adds their tokens and that they came. Models are the runner's to report.
//
// For a runner that died reported is nil. Pictures that went through models without a
// report are not booked: they cost the installation time and nobody money.
//
// strays counts what was reported and is not booked.
func reconcile(attempts []*vaultinternalv1.Attempt, reported []*sharingv1.LineItem) (items []*sharingv1.LineItem, strays int) {
	items, known := callsOf(attempts)
	seen := make(map[itemKey]bool, len(reported))
	for _, item := range reported {
		key := keyOf(item)
		call := known[key]
		switch {
		case seen[key], item.GetKind() == ledger.KindCredential && call == nil:
			strays++
		case call != nil:
			call.InputTokens, call.OutputTokens = item.GetInputTokens(), item.GetOutputTokens()
			call.EndUnknown = call.EndUnknown && item.GetEndUnknown()
		default:
			item.Failed, item.Provider, item.Destination = 0, "", "" // of calls, and the vault reports those
			items = append(items, item)
		}
		seen[key] = true
	}
	return items, strays
}

// callsOf makes line items of the vault's attempts. An attempt of a step that uses one
// credential in two fields is one item with two calls.
func callsOf(attempts []*vaultinternalv1.Attempt) (items []*sharingv1.LineItem, known map[itemKey]*sharingv1.LineItem) {
	known = make(map[itemKey]*sharingv1.LineItem, len(attempts))
	for _, a := range attempts {
		call := &sharingv1.LineItem{
			Step: a.GetStep(), Attempt: a.GetAttempt(), Kind: ledger.KindCredential, Resource: a.GetCredential(), Quantity: 1,
			EndUnknown: a.GetOutcome() == "", Provider: a.GetProvider(), Destination: definition.Display(a.GetDestination()),
		}
		if strings.HasPrefix(a.GetOutcome(), "failed") {
			call.Failed = 1
		}
		if same := known[keyOf(call)]; same != nil {
			same.Quantity++
			same.Failed += call.Failed
			same.EndUnknown = same.EndUnknown || call.EndUnknown
			continue
		}
		known[keyOf(call)] = call
		items = append(items, call)
	}
	return items, known
}
