package catalogue

import (
	"fmt"
	"slices"
	"strings"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Catalogue is the list of blocks, ordered by type.
type Catalogue struct {
	entries []entry
	byName  map[string]*entry
}

// New describes the blocks of a catalogue of manifests.
func New(manifests *manifest.Catalogue) (*Catalogue, error) {
	all := manifests.All()
	slices.SortFunc(all, func(a, b *manifest.Manifest) int { return strings.Compare(a.Type, b.Type) })
	c := &Catalogue{entries: make([]entry, len(all)), byName: make(map[string]*entry, len(all))}
	for i, m := range all {
		e, err := entryOf(m)
		if err != nil {
			return nil, fmt.Errorf("describe block %s: %w", m.Type, err)
		}
		c.entries[i] = e
		c.byName[nameOf(m.Type)] = &c.entries[i]
	}
	return c, nil
}

// Get returns one block.
func (c *Catalogue) Get(r *runnerv1.GetBlockRequest) (*runnerv1.Block, error) {
	e, ok := c.byName[r.GetName()]
	if !ok {
		return nil, errs.NotFound("block not found; GET /v1/blocks lists all blocks")
	}
	return e.full, nil
}

// List returns a page. The token of a page is the type of its first block, which every
// replica knows.
func (c *Catalogue) List(r *runnerv1.ListBlocksRequest) (*runnerv1.ListBlocksResponse, error) {
	from := r.GetPageToken()
	if _, known := c.byName[nameOf(from)]; from != "" && !known {
		return nil, errs.InvalidArgument("invalid page token: it was not issued by this listing; start again without it").
			Field("pageToken", "must come from nextPageToken")
	}
	size := page.Size(r.GetPageSize(), page.DefaultSize, page.MaxSize)
	fits, out := filter(r), &runnerv1.ListBlocksResponse{}
	for i := range c.entries {
		e := &c.entries[i]
		if !fits(e) {
			continue
		}
		out.TotalSize++
		switch {
		case e.full.GetType() < from:
		case len(out.Blocks) < size:
			out.Blocks = append(out.Blocks, e.in(r.GetView()))
		case out.NextPageToken == "":
			out.NextPageToken = e.full.GetType()
		}
	}
	return out, nil
}

// filter returns whether a block fits a request.
func filter(r *runnerv1.ListBlocksRequest) func(*entry) bool {
	words := strings.Fields(strings.ToLower(r.GetText()))
	return func(e *entry) bool {
		switch {
		case r.GetCategory() != "" && e.full.GetCategory() != r.GetCategory(),
			r.GetKind() != "" && !e.kinds[r.GetKind()],
			r.Runnable != nil && e.full.GetRunnable() != r.GetRunnable():
			return false
		}
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(e.text, word) })
	}
}
