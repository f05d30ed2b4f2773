package sharing

import (
	"context"
	"fmt"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

// used is what a run is booked for besides itself. It closes the run at the vault
// first: no call with a credential can begin any more, and those that did are the
// vault's to tell. While the vault is away nothing is booked; asking again gives the
// same account.
//
// The texts that are to leave the run go along, and the verdict is the vault's on them.
func (s *Service) used(ctx context.Context, row ledger.Run, told []*sharingv1.LineItem, leaving [][]byte) ([]*sharingv1.LineItem, vaultinternalv1.Verdict, error) {
	out := &vaultinternalv1.EndRunResponse{}
	if row.VaultOpen {
		var err error
		if out, err = s.vault.EndRun(ctx, &vaultinternalv1.EndRunRequest{Run: row.ID, Leaving: leaving}); err != nil {
			return nil, out.GetVerdict(), fmt.Errorf("end the run in the vault: %w", err)
		}
	}
	items, strays := reconcile(out.GetAttempts(), told)
	if strays > 0 {
		s.log.WarnContext(ctx, "line items that the vault does not know, or that came twice, are not booked", "run", row.ID, "items", strays)
	}
	return items, out.GetVerdict(), nil
}

// itemKey is what makes a line item one, as in the ledger.
type itemKey struct {
	step           string
	attempt        int32
	kind, resource string
}

func keyOf(i *sharingv1.LineItem) itemKey {
	return itemKey{i.GetStep(), i.GetAttempt(), i.GetKind(), i.GetResource()}
}

// reconcile makes line items of the vault's attempts and of what the runner tells.
// That a call was made with a credential the vault alone says; the runner, who has
// read the answers, adds their tokens and that they came. Models are the runner's to
// tell. A nil told is that of a runner that died: pictures that went through models
// without a trace are not booked, as they cost the installation's own time only.
// strays counts what was told and is not booked.
func reconcile(attempts []*vaultinternalv1.Attempt, told []*sharingv1.LineItem) (items []*sharingv1.LineItem, strays int) {
	known := make(map[itemKey]*sharingv1.LineItem, len(attempts)+len(told))
	for _, a := range attempts {
		call := &sharingv1.LineItem{
			Step: a.GetStep(), Attempt: a.GetAttempt(), Kind: ledger.KindCredential, Resource: a.GetCredential(), Quantity: 1,
			EndUnknown: a.GetOutcome() == "",
		}
		if strings.HasPrefix(a.GetOutcome(), "failed") {
			call.Failed = 1
		}
		if same := known[keyOf(call)]; same != nil { // one credential in two fields
			same.Quantity++
			same.Failed += call.Failed
			same.EndUnknown = same.EndUnknown || call.EndUnknown
			continue
		}
		known[keyOf(call)] = call
		items = append(items, call)
	}
	mentioned := make(map[itemKey]bool, len(told))
	for _, item := range told {
		key := keyOf(item)
		call := known[key]
		switch {
		case mentioned[key], item.GetKind() == ledger.KindCredential && call == nil:
			strays++
		case call != nil:
			call.InputTokens, call.OutputTokens = item.GetInputTokens(), item.GetOutputTokens()
			call.EndUnknown = call.EndUnknown && item.GetEndUnknown()
		default:
			item.Failed = 0 // of calls alone, and those the vault tells
			items = append(items, item)
		}
		mentioned[key] = true
	}
	return items, strays
}
