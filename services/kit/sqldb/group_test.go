package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

var errWanted = errors.New("wanted")

// Every write that was answered with nil is stored, no other is, and each error reaches its
// own caller: with writes that fail, break a constraint, panic or hide an error, among good
// ones.
func TestGroupKeepsWritesApart(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		if err := db.Group(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return insert(ctx, tx, "taken") }); err != nil {
			t.Fatal(err)
		}
		writtenByMany(t, db, 6, func(id string, way int) int64 {
			if writeOne(t, db, id, way) {
				return 1
			}
			return 0
		})
	})
}

// writtenByMany writes from many goroutines, in turn in each of the given ways, and counts
// the rows. one reports how many rows its write must have left.
func writtenByMany(t *testing.T, db *sqldb.DB, ways int, one func(id string, way int) int64) {
	t.Helper()
	const workers, each = 24, 25
	var good atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				good.Add(one(fmt.Sprintf("%d-%d", w, i), (w+i)%ways))
			}
		})
	}
	wg.Wait()
	if n := count(t, db, "SELECT count(*) FROM item"); int64(n) != good.Load()+1 {
		t.Errorf("%d rows, %d answered", n, good.Load()+1)
	}
	if n := count(t, db, "SELECT count(*) FROM item WHERE id LIKE 'bad%'"); n != 0 {
		t.Errorf("%d rows of failed writes", n)
	}
}

// writeOne writes in one of six ways and reports whether a row must exist.
func writeOne(t *testing.T, db *sqldb.DB, id string, way int) bool {
	ctx := context.Background()
	fn := func(ctx context.Context, tx *sql.Tx) error { return insert(ctx, tx, id) }
	switch way {
	case 0:
		err := db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
			return errors.Join(insert(ctx, tx, "bad"+id), errWanted)
		})
		if !errors.Is(err, errWanted) {
			t.Errorf("failing write: %v", err)
		}
		return false
	case 1:
		err := db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
			return errors.Join(insert(ctx, tx, "bad"+id), insert(ctx, tx, "taken"))
		})
		if !sqldb.IsUniqueViolation(err) {
			t.Errorf("violating write: %v", err)
		}
		return false
	case 2:
		func() {
			defer func() {
				if p := recover(); p != "wanted" {
					t.Errorf("panicking write: %v", p)
				}
			}()
			_ = db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
				_ = insert(ctx, tx, "bad"+id)
				panic("wanted")
			})
		}()
		return false
	case 3:
		// A hidden error: SQLite continues, PostgreSQL cannot. Other writes must not fail.
		err := db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_ = insert(ctx, tx, "taken")
			return insert(ctx, tx, id)
		})
		if err != nil && db.Engine() == sqldb.SQLite {
			t.Errorf("hiding write: %v", err)
		}
		return err == nil
	default:
		if err := db.Group(ctx, fn); err != nil {
			t.Errorf("good write: %v", err)
		}
		return true
	}
}

func TestGroupSkipsWhoGaveUp(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		err := db.Group(ended, func(context.Context, *sql.Tx) error { t.Error("it ran"); return nil })
		if !errors.Is(err, context.Canceled) || !errors.Is(err, sqldb.ErrNotWritten) {
			t.Errorf("ended before: %v", err)
		}
		// One write holds the writer while another waits, gives up, and is not written.
		hold, held, gaveUp := make(chan struct{}), make(chan struct{}), make(chan error)
		first := make(chan error)
		go func() {
			first <- db.Group(context.Background(), func(ctx context.Context, tx *sql.Tx) error {
				close(held)
				<-hold
				return insert(ctx, tx, "first")
			})
		}()
		<-held
		waiting, stop := context.WithCancel(t.Context())
		go func() {
			gaveUp <- db.Group(waiting, func(ctx context.Context, tx *sql.Tx) error { return insert(ctx, tx, "second") })
		}()
		stop()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) || !errors.Is(err, sqldb.ErrNotWritten) {
			t.Errorf("gave up while waiting: %v", err)
		}
		close(hold)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if n := count(t, db, "SELECT count(*) FROM item"); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// Once a write has started, the end of its caller does not undo it, and the caller learns
// its outcome.
func TestGroupAnswersWhoHasStarted(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Group(ctx, func(group context.Context, tx *sql.Tx) error {
			cancel()
			return insert(group, tx, "a")
		})
		if n := count(t, db, "SELECT count(*) FROM item"); err != nil || n != 1 {
			t.Errorf("%v, %d rows", err, n)
		}
	})
}

func TestCloseFinishesWhatWasAccepted(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(t.Context(), url, migrations(), sqldb.Options{BatchSize: 8})
		if err != nil {
			t.Fatal(err)
		}
		var good, refused atomic.Int64
		var wg sync.WaitGroup
		started := make(chan struct{}, 1000)
		for w := range 16 {
			wg.Go(func() {
				for i := range 1000 {
					err := db.Group(context.Background(), func(ctx context.Context, tx *sql.Tx) error {
						return insert(ctx, tx, fmt.Sprintf("%d-%d", w, i))
					})
					if err != nil {
						if errs.CodeOf(err) != codes.Unavailable {
							t.Errorf("after close: %v", err)
						}
						refused.Add(1)
						return
					}
					good.Add(1)
					select {
					case started <- struct{}{}:
					default:
					}
				}
			})
		}
		for range 20 {
			<-started
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		again := open(t, url)
		if n := count(t, again, "SELECT count(*) FROM item"); int64(n) != good.Load() {
			t.Errorf("%d rows, %d answered, %d refused", n, good.Load(), refused.Load())
		}
	})
}

// Two replicas write the same rows in opposite order. All writes are done, none twice.
func TestTwoHandlesRace(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		one, two := open(t, url), open(t, url)
		ids := []string{"a", "b", "c", "d"}
		for _, id := range ids {
			if err := one.Tx(t.Context(), func(tx *sql.Tx) error { return insert(t.Context(), tx, id) }); err != nil {
				t.Fatal(err)
			}
		}
		const workers, each = 8, 15
		var wg sync.WaitGroup
		for w := range workers {
			db := one
			if w%2 == 1 {
				db = two
			}
			wg.Go(func() {
				for i := range each {
					first, second := ids[(w+i)%4], ids[(w*3+i+1)%4]
					err := db.Group(context.Background(), func(ctx context.Context, tx *sql.Tx) error {
						for _, id := range []string{first, second} {
							if _, err := tx.ExecContext(ctx, "UPDATE item SET n = n + 1 WHERE id = $1", id); err != nil {
								return fmt.Errorf("add: %w", err)
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, one, "SELECT sum(n) FROM item"); n != workers*each*2 {
			t.Errorf("the sum is %d, want %d", n, workers*each*2)
		}
	})
}

func TestTxDeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		one, two := open(t, url), open(t, url)
		for _, id := range []string{"a", "b"} {
			if err := one.Tx(t.Context(), func(tx *sql.Tx) error { return insert(t.Context(), tx, id) }); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for i, db := range []*sqldb.DB{one, two, one, two} {
			wg.Go(func() {
				ctx := context.Background()
				order := []string{"a", "b"}
				if i%2 == 1 {
					order = []string{"b", "a"}
				}
				for range 5 {
					err := db.Tx(ctx, func(tx *sql.Tx) error {
						for _, id := range order {
							if _, err := tx.ExecContext(ctx, "UPDATE item SET n = n + 1 WHERE id = $1", id); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, one, "SELECT sum(n) FROM item"); n != 40 {
			t.Errorf("the sum is %d, want 40", n)
		}
	})
}

// A write inside a write would hang until a deadline, so it fails immediately.
func TestNestedWritesAreRefused(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db, other := open(t, url), open(t, testkit.SQLite(t))
		nothing := func(context.Context, *sql.Tx) error { return nil }
		err := db.Group(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			if db.Group(ctx, nothing) == nil || db.Tx(ctx, func(*sql.Tx) error { return nil }) == nil {
				t.Error("a nested write was done")
			}
			return errors.Join(other.Group(ctx, nothing), insert(ctx, tx, "a"))
		})
		if err != nil {
			t.Errorf("the write around, or one to another database: %v", err)
		}
	})
}

func TestOutageIsUnavailable(t *testing.T) {
	t.Parallel()
	t.Run("disk full", func(t *testing.T) {
		t.Parallel()
		db := open(t, testkit.SQLite(t))
		ctx := t.Context()
		if err := db.Tx(ctx, func(tx *sql.Tx) error { _, err := tx.ExecContext(ctx, "PRAGMA max_page_count = 30"); return err }); err != nil {
			t.Fatal(err)
		}
		big := strings.Repeat("x", 20_000)
		var wg sync.WaitGroup
		var good, full atomic.Int64
		for i := range 40 { // concurrently: some share a batch that fails as a whole
			wg.Go(func() {
				err := db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO item (id, body) VALUES ($1, $2)", fmt.Sprint(i), []byte(big))
					return err
				})
				switch errs.CodeOf(err) {
				case codes.OK:
					good.Add(1)
				case codes.Unavailable:
					full.Add(1)
				default:
					t.Errorf("disk full: %v", err)
				}
			})
		}
		wg.Wait()
		if n := count(t, db, "SELECT count(*) FROM item"); int64(n) != good.Load() || full.Load() == 0 {
			t.Errorf("%d rows, %d answered, %d told that it is full", n, good.Load(), full.Load())
		}
	})
	t.Run("connections cut", func(t *testing.T) {
		t.Parallel()
		url := testkit.Postgres(t)
		db := open(t, url)
		err := db.Group(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			if err := insert(ctx, tx, "a"); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		})
		if errs.CodeOf(err) != codes.Unavailable || strings.Contains(errs.Status(err).Message(), "terminat") {
			t.Errorf("cut: %v", err)
		}
		if n := count(t, db, "SELECT count(*) FROM item"); n != 0 {
			t.Errorf("%d rows of a cut transaction", n)
		}
	})
	t.Run("no server", func(t *testing.T) {
		t.Parallel()
		_, err := sqldb.Open(t.Context(), "postgres:///x?host=/nonexistent&user=u", nil, sqldb.Options{ConnectTimeout: 300 * time.Millisecond})
		if errs.CodeOf(err) != codes.Unavailable {
			t.Errorf("no server: %v", err)
		}
	})
	t.Run("locked out", func(t *testing.T) {
		t.Parallel()
		if err := sqldb.Error(fmt.Errorf("read row: %w", io.ErrUnexpectedEOF)); errs.CodeOf(err) != codes.Unavailable {
			t.Errorf("a connection that broke in a reply: %v", err)
		}
		if err := sqldb.Error(fmt.Errorf("x: %w", sql.ErrNoRows)); !errors.Is(err, sql.ErrNoRows) || errs.CodeOf(err) == codes.Unavailable {
			t.Errorf("no rows: %v", err)
		}
		ours := errs.NotFound("x").WithReason(0)
		if err := sqldb.Error(ours); !errors.Is(err, ours) {
			t.Errorf("ours: %v", err)
		}
	})
}

func TestCancelledReadIsNotAnOutage(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var n int
		err := sqldb.Error(db.QueryRowContext(ctx, "SELECT count(*) FROM item").Scan(&n))
		if errs.CodeOf(err) != codes.Canceled {
			t.Errorf("%v", err)
		}
	})
}

// Writes that share a batch are refused nested writes too.
func TestNestedWritesOfABatchAreRefused(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		begun, hold := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { // while this write is in progress, the others form a batch
			if err := db.Group(t.Context(), func(context.Context, *sql.Tx) error { close(begun); <-hold; return nil }); err != nil {
				t.Error(err)
			}
		})
		<-begun
		var asking sync.WaitGroup
		const many = 20
		asking.Add(many)
		for range many {
			wg.Go(func() {
				asking.Done()
				err := db.Group(t.Context(), func(ctx context.Context, _ *sql.Tx) error {
					return db.Group(ctx, func(context.Context, *sql.Tx) error { return nil })
				})
				if err == nil || errs.CodeOf(err) != codes.Internal || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a nested write: %v", err)
				}
			})
		}
		asking.Wait()
		close(hold)
		wg.Wait()
	})
}
