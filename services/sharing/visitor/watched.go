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

	// mu guards links and their clients. No link is read under it.
	mu    sync.Mutex
	links map[string]*watchedLink
}

// watchedLink is one link and the clients that wait for its next change.
type watchedLink struct {
	clients int
	known   chan struct{} // closed after the first reading
	changed chan struct{} // closed at the change
	cancel  context.CancelFunc
}

func newWatched(every time.Duration, most int) *watched {
	return &watched{every: every, most: most, links: map[string]*watchedLink{}}
}

// add returns a channel that is closed when what read returns for the link changes. The
// last client that stops watching ends the reading. It is not ok when too many links are
// watched already.
//
// add returns after the first reading. A client that learns that its link is watched may
// read the link then: a change after that differs from the first reading, and is not missed.
func (w *watched) add(token string, read func(context.Context) string) (changed <-chan struct{}, stop func(), ok bool) {
	link := w.enter(token, read)
	if link == nil {
		return nil, nil, false
	}
	<-link.known
	// A client counts once, however often it stops.
	return link.changed, sync.OnceFunc(func() { w.remove(token, link) }), true
}

// enter counts a client. The first one of a link starts its reading, which belongs to no
// client, so that it lasts as long as the last one.
func (w *watched) enter(token string, read func(context.Context) string) *watchedLink {
	w.mu.Lock()
	defer w.mu.Unlock()
	link := w.links[token]
	if link == nil {
		if len(w.links) >= w.most {
			return nil
		}
		ctx, cancel := context.WithCancel(context.Background())
		link = &watchedLink{known: make(chan struct{}), changed: make(chan struct{}), cancel: cancel}
		w.links[token] = link
		go w.follow(ctx, token, link, read) // ends in remove
	}
	link.clients++
	return link
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

// forget makes room for a link to be watched from its new state. w.mu is held.
func (w *watched) forget(token string, link *watchedLink) {
	if w.links[token] == link {
		delete(w.links, token)
	}
}

// follow reads until the state differs from the first one, or until nobody watches.
func (w *watched) follow(ctx context.Context, token string, link *watchedLink, read func(context.Context) string) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	first := read(ctx)
	close(link.known)
	for {
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
		// The link is forgotten first: a client that comes after the change learns of the next.
		w.mu.Lock()
		w.forget(token, link)
		w.mu.Unlock()
		close(link.changed)
		return
	}
}

const (
	// watchEvery is how often the state of a watched link is read. With the age of what the
	// resolver remembers, a change is seen within a second.
	watchEvery = 400 * time.Millisecond
	// maxWatched is how many links are watched at a time. A client whose link is not watched
	// learns of a change when it runs the link.
	maxWatched = 4096
)
