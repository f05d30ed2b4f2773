package booking

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// The kinds of line items that a runner reports; the run itself is sharing's.
const (
	kindModel      = "model"
	kindCredential = "credential"
)

// itemKey identifies a line item.
type itemKey struct {
	step     string
	attempt  int32
	kind     string
	resource string
}

// Ledger collects what a run uses. The outbound client records a call with a credential once its
// handle is issued, so a block cannot make a call that is not recorded.
type Ledger struct {
	// models and slots map ids of the definition to resource names.
	models map[string]string
	slots  func() map[Slot]string

	mu    sync.Mutex // guards items and their fields; steps report at the same time
	items map[itemKey]*sharingv1.LineItem
}

// Slot is the field of a step that holds a credential.
type Slot struct{ Step, Field string }

func NewLedger(models map[string]string, slots func() map[Slot]string) *Ledger {
	return &Ledger{models: models, slots: slots, items: map[itemKey]*sharingv1.LineItem{}}
}

// Called records an attempt with a credential. Until the response begins, nobody knows whether the
// provider did the work and charges for it.
func (l *Ledger) Called(attempt engine.Attempt, field string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	item := l.item(l.credential(attempt, field))
	item.Quantity, item.EndUnknown = 1, true
}

// Answered records that the response to an attempt began.
func (l *Ledger) Answered(attempt engine.Attempt, field string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.item(l.credential(attempt, field)).EndUnknown = false
}

func (l *Ledger) credential(attempt engine.Attempt, field string) itemKey {
	resource := l.slots()[Slot{attempt.Step, field}]
	return itemKey{attempt.Step, int32(attempt.Number), kindCredential, resource}
}

// Use is the engine's meter. It records the pictures that went through a model and the tokens that a
// provider counted.
func (l *Ledger) Use(use engine.Use) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if use.Images > 0 && use.Model != "" {
		resource := cmp.Or(l.models[use.Model], use.Model)
		l.item(itemKey{use.Step, int32(use.Number), kindModel, resource}).Quantity += use.Images
	}
	if use.Slot == "" {
		return
	}
	// Without a handle there was no call, and the report of a block does not count.
	if item, called := l.items[l.credential(use.Attempt, use.Slot)]; called {
		item.InputTokens += use.InputTokens
		item.OutputTokens += use.OutputTokens
	}
}

func (l *Ledger) item(key itemKey) *sharingv1.LineItem {
	item, ok := l.items[key]
	if !ok {
		item = &sharingv1.LineItem{
			Step: key.step, Attempt: key.attempt, Kind: key.kind, Resource: key.resource,
		}
		l.items[key] = item
	}
	return item
}

// List returns everything used so far, in a fixed order.
func (l *Ledger) List() []*sharingv1.LineItem {
	l.mu.Lock()
	defer l.mu.Unlock()
	items := make([]*sharingv1.LineItem, 0, len(l.items))
	for _, item := range l.items {
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b *sharingv1.LineItem) int {
		return cmp.Or(strings.Compare(a.GetStep(), b.GetStep()), cmp.Compare(a.GetAttempt(), b.GetAttempt()),
			strings.Compare(a.GetKind(), b.GetKind()), strings.Compare(a.GetResource(), b.GetResource()))
	})
	return items
}

// MadeCalls reports whether a handle was issued to the run.
func (l *Ledger) MadeCalls() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range l.items {
		if key.kind == kindCredential {
			return true
		}
	}
	return false
}
