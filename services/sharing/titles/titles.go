package titles

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
)

// batchSize keeps a statement below the number of parameters that the engines allow.
const batchSize = 500

// Finder finds the titles of the resources on a page: one query for each kind of resource, for any number of rows.
type Finder struct {
	db    *sqldb.DB
	peers *peers.Peers
}

// NewFinder returns a finder that reads a database. It asks peers for the titles of keys and credentials.
func NewFinder(db *sqldb.DB, asked *peers.Peers) Finder { return Finder{db: db, peers: asked} }

// Titles are the titles of resources of one workspace, by name. A resource of another workspace
// has no title here.
type Titles map[string]string

// Of reads the titles of resources. Titles only help people to read, so a page without some
// is better than none: while the vault is away, keys and credentials have no titles.
func (t Finder) Of(ctx context.Context, ws string, list []string) (Titles, error) {
	kinds := map[string]map[string]bool{} // "keys": ids; for shares "{workflow}/shares/{share}"
	for _, name := range list {
		rest, own := strings.CutPrefix(name, resource.Workspace(ws)+"/")
		kind, id, ok := strings.Cut(rest, "/")
		if !own || !ok {
			continue
		}
		if strings.Contains(id, "/") {
			kind = "shares"
		}
		if kinds[kind] == nil {
			kinds[kind] = map[string]bool{}
		}
		kinds[kind][id] = true
	}
	out := Titles{}
	for kind, read := range map[string]func(context.Context, string, []string, Titles) error{"workflows": t.workflows, "shares": t.shares} {
		for batch := range slices.Chunk(sorted(kinds[kind]), batchSize) {
			if err := read(ctx, ws, batch, out); err != nil {
				return nil, fmt.Errorf("read titles of %s: %w", kind, err)
			}
		}
	}
	t.ofVault(ctx, ws, sorted(kinds["keys"]), sorted(kinds["credentials"]), out)
	return out, nil
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

func (t Finder) ofVault(ctx context.Context, ws string, keys, credentials []string, out Titles) {
	if len(keys)+len(credentials) == 0 {
		return
	}
	found, err := t.peers.Titles(ctx, ws, keys, credentials)
	if err != nil {
		return
	}
	for id, title := range found.GetKeys() {
		out[names.Key(ws, id)] = title
	}
	for id, title := range found.GetCredentials() {
		out[names.Credential(ws, id)] = title
	}
}

func (t Finder) workflows(ctx context.Context, ws string, ids []string, out Titles) error {
	rows, err := t.db.QueryContext(ctx, `SELECT id, '', title FROM workflows WHERE workspace = $1 AND id IN `+sqldb.Placeholders(1, len(ids)),
		append([]any{ws}, sqldb.Arguments(ids)...)...)
	found, err := sqldb.All(rows, err, scanTitled)
	for _, f := range found {
		out[names.Workflow(ws, f.id)] = f.title
	}
	return err
}

// shares may find others of the same workflows, too.
func (t Finder) shares(ctx context.Context, ws string, paths []string, out Titles) error {
	args, ids := []any{ws}, []any{}
	for _, path := range paths {
		flow, id, _ := strings.Cut(path, "/shares/")
		args, ids = append(args, flow), append(ids, id)
	}
	rows, err := t.db.QueryContext(ctx, `SELECT w.id, s.id, s.title FROM workflows w JOIN shares s ON s.workflow = w.uid
		WHERE w.workspace = $1 AND w.id IN `+sqldb.Placeholders(1, len(ids))+` AND s.id IN `+sqldb.Placeholders(1+len(ids), len(ids)), append(args, ids...)...)
	found, err := sqldb.All(rows, err, scanTitled)
	for _, f := range found {
		out[names.Share(ws, f.id, f.share)] = f.title
	}
	return err
}

// titled is a workflow, or one of its shares.
type titled struct{ id, share, title string }

func scanTitled(r sqldb.Scanner) (t titled, err error) {
	err = r.Scan(&t.id, &t.share, &t.title)
	return t, err
}
