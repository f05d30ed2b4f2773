//go:build cgo

package main

import "container/list"

// cache keeps the sessions that were used last, bounded in number and in the sum
// of their files' sizes, of which what they take in memory is a small multiple.
type cache struct {
	entries  map[string]*list.Element
	recent   *list.List // of *entry, the last used in front
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

// makeRoom comes before a model is opened, so that the old and the new are not in
// memory together. A model larger than the bound is alone.
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
