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

// itemKey is what makes a line item one.
type itemKey struct {
	step     string
	attempt  int32
	kind     string
	resource string
}

// Ledger collects what a run uses. A credential's call is written when its
// handle was issued, by the way out itself, so that nothing a block does or
// forgets to do can make a call that is not in it.
type Ledger struct {
	// models and slots translate what the definition says into resource names.
	models map[string]string
	slots  func() map[Slot]string

	mu    sync.Mutex
	items map[itemKey]*sharingv1.LineItem
}

// Slot is the place of a credential.
type Slot struct{ Step, Field string }

func NewLedger(models map[string]string, slots func() map[Slot]string) *Ledger {
	return &Ledger{models: models, slots: slots, items: map[itemKey]*sharingv1.LineItem{}}
}

// Called writes down an attempt with a credential. Until an answer begins nobody
// can tell whether the provider has done, and will charge, its work.
func (l *Ledger) Called(attempt engine.Attempt, field string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	item := l.item(l.credential(attempt, field))
	item.Quantity, item.EndUnknown = 1, true
}

// Answered takes note that the provider has begun to answer an attempt.
func (l *Ledger) Answered(attempt engine.Attempt, field string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.item(l.credential(attempt, field)).EndUnknown = false
}

func (l *Ledger) credential(attempt engine.Attempt, field string) itemKey {
	resource := l.slots()[Slot{attempt.Step, field}]
	return itemKey{attempt.Step, int32(attempt.Number), kindCredential, resource}
}

// Use is the engine's meter: pictures that went through a model, and the tokens
// that a provider counted in an attempt.
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
	// Without a handle there was no call, whatever a block reports.
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

// List is everything used so far, in a fixed order.
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

// MadeCalls reports whether a handle was issued in the run.
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
