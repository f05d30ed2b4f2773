package withholding

import (
	"container/list"
	"strings"
	"sync"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// maxGuards bounds how many compiled guards are kept, and maxGuardBytes their size in bytes. The guard of an API key
// takes 80 to 300 KB. A running call keeps its own guard longer.
const (
	maxGuards     = 1024
	maxGuardBytes = 64 << 20
)

// guards keeps compiled guards: of each version of a credential, of each visitor's credential during its run, and
// of credentials that are sent together.
type guards struct {
	// mu guards the fields below. No guard is compiled under it, because that takes milliseconds.
	mu    sync.Mutex
	sets  map[string]*list.Element
	order *list.List // most recently used first
	bytes int
}

type compiled struct {
	key string // a line for each secret: its subject, a tab, and its version or input
	// set compiles the guard once; other callers wait for it. The first caller compiles, so no
	// caller can take the place of the compilation and leave the entry without a guard.
	set   func() (*guard.Set, error)
	bytes int // counted in guards.bytes
}

func newGuards() *guards { return &guards{sets: make(map[string]*list.Element), order: list.New()} }

// get returns the guard for a secret. The first caller compiles it.
func (g *guards) get(subject, version string, value secret.Secret) (*guard.Set, error) {
	return g.compile(subject+"\t"+version, value)
}

// Secret names a secret whose guard is kept.
type Secret struct{ Subject, Version string }

// together returns the guard for several secrets, in their order.
func (g *guards) together(names []Secret, values []secret.Secret) (*guard.Set, error) {
	lines := make([]string, len(names))
	for i, n := range names {
		lines[i] = n.Subject + "\t" + n.Version
	}
	return g.compile(strings.Join(lines, "\n"), values...)
}

func (g *guards) compile(key string, values ...secret.Secret) (*guard.Set, error) {
	return g.entry(key, values).set()
}

// known returns a guard that is kept, or nil.
func (g *guards) known(subject, version string) *guard.Set {
	g.mu.Lock()
	e, ok := g.sets[subject+"\t"+version]
	g.mu.Unlock()
	if !ok {
		return nil
	}
	set, _ := e.Value.(*compiled).set() // waits for one that is being compiled
	return set
}

// entry returns the entry of a key, or makes one that compiles the guard of the values. The caller keeps the values
// until set has returned.
func (g *guards) entry(key string, values []secret.Secret) *compiled {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, ok := g.sets[key]; ok {
		g.order.MoveToFront(e)
		return e.Value.(*compiled)
	}
	c := &compiled{key: key}
	c.set = sync.OnceValues(func() (*guard.Set, error) {
		set, err := guard.New(values...)
		if err == nil {
			g.weigh(c, set.Size())
		}
		return set, err
	})
	g.sets[key] = g.order.PushFront(c)
	g.shrink()
	return c
}

// weigh counts the size of a compiled guard, unless the guard was dropped meanwhile.
func (g *guards) weigh(c *compiled, size int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, ok := g.sets[c.key]; !ok || e.Value.(*compiled) != c {
		return
	}
	c.bytes = size
	g.bytes += c.bytes
	g.shrink()
}

// shrink drops the least recently used guards.
func (g *guards) shrink() {
	for g.order.Len() > maxGuards || g.bytes > maxGuardBytes {
		g.remove(g.order.Back())
	}
}

func (g *guards) remove(e *list.Element) {
	c := g.order.Remove(e).(*compiled)
	delete(g.sets, c.key)
	g.bytes -= c.bytes
}

// drop forgets the guards of a subject, because they hold its secrets.
func (g *guards) drop(subject string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, e := range g.sets {
		if strings.Contains("\n"+key, "\n"+subject+"\t") {
			g.remove(e)
		}
	}
}
