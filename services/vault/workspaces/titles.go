package workspaces

import (
	"context"
	"slices"
	"strconv"
	"strings"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// ResolveTitles returns the titles of keys and credentials of a workspace: one query for all
// keys, and one for all credentials.
func (h *InternalHandlers) ResolveTitles(ctx context.Context, req *vaultinternalv1.ResolveTitlesRequest) (*vaultinternalv1.ResolveTitlesResponse, error) {
	keys, credentials, err := h.store.Titles(ctx, req.GetWorkspace(), req.GetKeys(), req.GetCredentials())
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.ResolveTitlesResponse{Keys: keys, Credentials: credentials}, nil
}

// Titles returns the titles of keys and credentials of a workspace, by their IDs.
func (s *Store) Titles(ctx context.Context, workspace string, keys, credentials []string) (ofKeys, ofCredentials map[string]string, err error) {
	if ofKeys, err = s.titles(ctx, "api_keys", workspace, keys); err != nil {
		return nil, nil, err
	}
	ofCredentials, err = s.titles(ctx, "credentials", workspace, credentials)
	return ofKeys, ofCredentials, err
}

// titleBatch keeps a statement below the number of parameters that the engines allow.
const titleBatch = 500

// titles reads the titles of rows of a table that has the columns workspace, id and title.
func (s *Store) titles(ctx context.Context, table, workspace string, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for batch := range slices.Chunk(ids, titleBatch) {
		args, places := []any{workspace}, make([]string, len(batch))
		for i, id := range batch {
			args, places[i] = append(args, id), "$"+strconv.Itoa(i+2)
		}
		rows, err := s.db.QueryContext(ctx, `SELECT id, title FROM `+table+` WHERE workspace = $1 AND title <> ''
			AND id IN (`+strings.Join(places, ",")+`)`, args...)
		found, err := sqldb.All(rows, err, func(r sqldb.Scanner) (t [2]string, err error) {
			err = r.Scan(&t[0], &t[1])
			return t, err
		})
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			out[t[0]] = t[1]
		}
	}
	return out, nil
}
