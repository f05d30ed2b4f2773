//go:build cgo

package main

import (
	"container/list"
	"fmt"
)

// cache is an LRU cache of sessions. It is bounded in number and in the total size of their
// files; the memory that a session takes is a small multiple of its file.
type cache struct {
	entries  map[string]*list.Element
	recent   *list.List // of *entry, the most recently used in front
	count    int
	bytes    int64
	maxBytes int64
}

type entry struct {
	key     string
	session *session
}

func newCache(count int, maxBytes int64) *cache {
	return &cache{entries: map[string]*list.Element{}, recent: list.New(), count: count, maxBytes: maxBytes}
}

func (c *cache) get(key string) *session {
	e, ok := c.entries[key]
	if !ok {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*entry).session
}

// makeRoom evicts sessions before a model is opened, so that the old and the new model are
// not in memory together. A model larger than the bound is cached alone.
func (c *cache) makeRoom(size int64) {
	for c.recent.Len() > 0 && (c.recent.Len() >= c.count || c.bytes+size > c.maxBytes) {
		last := c.recent.Back()
		e := c.recent.Remove(last).(*entry)
		delete(c.entries, e.key)
		c.bytes -= e.session.size
		_ = e.session.run.Destroy()
	}
}

func (c *cache) put(key string, s *session) {
	c.entries[key] = c.recent.PushFront(&entry{key, s})
	c.bytes += s.size
}

// session returns the cached session, or opens the attached model.
func (w *worker) session(r received) (*session, error) {
	if s := w.sessions.get(r.request.Model); s != nil {
		return s, nil
	}
	if r.file == nil {
		return nil, errMissing
	}
	info, err := r.file.Stat()
	if err != nil {
		return nil, fmt.Errorf("inspect the model: %w", err)
	}
	w.sessions.makeRoom(info.Size())
	s, err := open(r.file, w.threads)
	if err != nil {
		return nil, err
	}
	w.sessions.put(r.request.Model, s)
	return s, nil
}
