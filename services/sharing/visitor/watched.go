package visitor

import (
	"context"
	"sync"
	"time"
)

// watched reads the state of each watched link once, however many clients wait for it.
type watched struct {
	every time.Duration
	most  int

	mu    sync.Mutex
	links map[string]*watchedLink
}

// watchedLink is one link and the clients that wait for its next change.
type watchedLink struct {
	clients int
	changed chan struct{} // closed at the change
	cancel  context.CancelFunc
}

func newWatched(every time.Duration, most int) *watched {
	return &watched{every: every, most: most, links: map[string]*watchedLink{}}
}

// add returns a channel that is closed when what read returns for the link changes. The
// last client that stops watching ends the reading. It is not ok when too many links are
// watched already.
func (w *watched) add(token string, read func(context.Context) string) (changed <-chan struct{}, stop func(), ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	link := w.links[token]
	if link == nil {
		if len(w.links) >= w.most {
			return nil, nil, false
		}
		ctx, cancel := context.WithCancel(context.Background())
		link = &watchedLink{changed: make(chan struct{}), cancel: cancel}
		w.links[token] = link
		go w.follow(ctx, token, link, read)
	}
	link.clients++
	return link.changed, sync.OnceFunc(func() { w.remove(token, link) }), true
}

func (w *watched) remove(token string, link *watchedLink) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if link.clients--; link.clients > 0 {
		return
	}
	link.cancel()
	w.forget(token, link)
}

// forget makes room for a link to be watched from its new state.
func (w *watched) forget(token string, link *watchedLink) {
	if w.links[token] == link {
		delete(w.links, token)
	}
}

// follow reads until the state differs from the first one, or until nobody watches.
func (w *watched) follow(ctx context.Context, token string, link *watchedLink, read func(context.Context) string) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for first := read(ctx); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := read(ctx)
		if first == "" {
			first = now
		}
		if now == "" || now == first {
			continue
		}
		w.mu.Lock()
		w.forget(token, link)
		w.mu.Unlock()
		close(link.changed)
		return
	}
}
