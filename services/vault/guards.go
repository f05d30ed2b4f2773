package vault

import (
	"container/list"
	"strings"
	"sync"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// maxGuards bounds the compiled guards that are kept; each may take megabytes.
const maxGuards = 64

// guards keeps the compiled guard of each credential version, and of each
// visitor's credential for as long as its run goes on.
type guards struct {
	mu    sync.Mutex
	sets  map[string]*list.Element
	order *list.List // most recently used first
}

type compiled struct {
	key     string // a subject, and after a tab the version or input
	once    sync.Once
	set     *guard.Set
	problem error
}

func newGuards() *guards { return &guards{sets: make(map[string]*list.Element), order: list.New()} }

// get returns the guard for a secret; the first who asks compiles it.
func (g *guards) get(subject, version string, value secret.Secret) (*guard.Set, error) {
	c := g.entry(subject + "\t" + version)
	c.once.Do(func() { c.set, c.problem = guard.New(value) })
	return c.set, c.problem
}

func (g *guards) entry(key string) *compiled {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, ok := g.sets[key]; ok {
		g.order.MoveToFront(e)
		return e.Value.(*compiled)
	}
	c := &compiled{key: key}
	g.sets[key] = g.order.PushFront(c)
	if g.order.Len() > maxGuards {
		g.remove(g.order.Back())
	}
	return c
}

func (g *guards) remove(e *list.Element) {
	g.order.Remove(e)
	delete(g.sets, e.Value.(*compiled).key)
}

// drop forgets the guards of a subject: they hold its secrets.
func (g *guards) drop(subject string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, e := range g.sets {
		if strings.HasPrefix(key, subject+"\t") {
			g.remove(e)
		}
	}
}
