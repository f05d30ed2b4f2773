package shares

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
)

// Example is the row of a stored result. Outputs is nil where a query does not read them.
type Example struct {
	Share, Sample, Basis string
	Outputs              []byte
	Created              int64
}

// SampleOf returns the values of a sample, nil if there is no such sample.
func (r *Resolved) SampleOf(title string) []*sharingv1.Sample {
	return slices.DeleteFunc(r.Samples(), func(s *sharingv1.Sample) bool { return s.GetTitle() != title })
}

// basis identifies what the result of a sample belongs to: with another version, other
// values or other fixed inputs a run returns something else.
func (r *Resolved) basis(title string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%q\x00", r.Version.Hash, slices.Sorted(maps.Keys(r.presented.inputs)))
	for _, s := range r.SampleOf(title) {
		raw, _ := proto.MarshalOptions{Deterministic: true}.Marshal(s) // a stored sample marshals
		fmt.Fprintf(h, "%d\x00", len(raw))
		h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Examples returns the stored results that belong to what the link opens now, without the
// outputs that are hidden now.
func (r *Resolver) Examples(ctx context.Context, opened *Resolved) ([]*sharingv1.Example, error) {
	if len(opened.Samples()) == 0 {
		return nil, nil
	}
	rows, err := r.deps.Shares.examples(ctx, opened.Share.UID)
	if err != nil {
		return nil, fmt.Errorf("read examples: %w", err)
	}
	var out []*sharingv1.Example
	for _, row := range rows {
		if row.Basis != opened.basis(row.Sample) {
			continue
		}
		outputs, err := without(row.Outputs, opened.HiddenOutputs())
		if err != nil {
			continue // a result that cannot be read is not shown
		}
		out = append(out, &sharingv1.Example{Sample: row.Sample, Outputs: outputs, CreateTime: resource.Timestamp(row.Created)})
	}
	return out, nil
}

// without removes outputs from a list of results.
func without(outputs []byte, hidden []string) ([]byte, error) {
	if len(hidden) == 0 {
		return outputs, nil
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(outputs, &list); err != nil {
		return nil, err
	}
	for _, one := range list {
		for _, name := range hidden {
			delete(one, name)
		}
	}
	return json.Marshal(list)
}

// Keep stores the result of a sample, for visitors of what the link opens now.
func (r *Resolver) Keep(ctx context.Context, opened *Resolved, sample string, outputs []byte) error {
	row := Example{
		Share: opened.Share.UID, Sample: sample, Basis: opened.basis(sample), Outputs: outputs, Created: r.deps.Now().UnixMicro(),
	}
	kept, err := r.deps.Shares.keepExample(ctx, row)
	if err != nil {
		return fmt.Errorf("store example: %w", err)
	}
	if !kept {
		return resource.Invalid("example", "makes the examples of the link larger than %d KiB together", publish.MaxExamples>>10)
	}
	r.Forget()
	return nil
}

func (s Store) examples(ctx context.Context, share string) ([]Example, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT share, sample, basis, outputs, create_time FROM share_examples WHERE share = $1 ORDER BY sample`, share)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (e Example, err error) {
		err = r.Scan(&e.Share, &e.Sample, &e.Basis, &e.Outputs, &e.Created)
		return e, err
	})
}

// keepExample writes a row unless the share's rows would be too large together. Two writers at the
// same time may both find room; both are owners, and the bound is one of storage.
func (s Store) keepExample(ctx context.Context, e Example) (kept bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		var others int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(LENGTH(outputs)), 0) FROM share_examples WHERE share = $1 AND sample <> $2`,
			e.Share, e.Sample).Scan(&others); err != nil {
			return err
		}
		if kept = others+int64(len(e.Outputs)) <= publish.MaxExamples; !kept {
			return nil
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO share_examples (share, sample, basis, outputs, create_time) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (share, sample) DO UPDATE SET basis = excluded.basis, outputs = excluded.outputs, create_time = excluded.create_time`,
			e.Share, e.Sample, e.Basis, e.Outputs, e.Created)
		return err
	})
	return kept, err
}

// DropExamples removes all stored results of a share.
func (s Store) DropExamples(ctx context.Context, share string) error {
	_, err := s.changed(ctx, `DELETE FROM share_examples WHERE share = $1`, share)
	return err
}

// Prune removes stored results that do not belong to what the link opens now: the version or a
// sample has changed. Views leave them out immediately.
func (r *Resolver) Prune(ctx context.Context, uid string) error {
	opened, err := r.ByUIDNow(ctx, uid)
	if err != nil {
		return err
	}
	rows, err := r.deps.Shares.examples(ctx, uid)
	if err != nil {
		return fmt.Errorf("read examples: %w", err)
	}
	for _, row := range rows {
		if row.Basis == opened.basis(row.Sample) && len(opened.SampleOf(row.Sample)) > 0 {
			continue
		}
		if _, err := r.deps.Shares.changed(ctx, `DELETE FROM share_examples WHERE share = $1 AND sample = $2 AND basis = $3`, uid, row.Sample, row.Basis); err != nil {
			return fmt.Errorf("remove an example: %w", err)
		}
	}
	return nil
}
