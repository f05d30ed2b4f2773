package models

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Store keeps unpacked packages on disk, by the SHA-256 of their artifact, up to a bound.
// It evicts the least recently used package first. It caches only bytes: the [Source]
// decides on each use who may use a model.
type Store struct {
	dir   string
	bytes int64
	// downloads bounds concurrent downloads, in fair shares between workspaces.
	downloads *fair.Pool

	now func() time.Time

	// mu guards entries and their users and used. Nothing is fetched or deleted under it: a large file
	// takes a while, and each step of each run needs the lock.
	mu      sync.Mutex
	entries map[string]*stored
}

// stored is a package in the store, or one that is being fetched.
type stored struct {
	ready chan struct{} // closed once pkg or err is set; they do not change after that
	pkg   *Package
	err   error
	users int
	size  int64
	used  time.Time
}

// NewStore uses a folder, which it owns. It writes nothing: call Reset before Open.
func NewStore(dir string, maxBytes int64) *Store {
	return &Store{dir: dir, bytes: maxBytes, downloads: newDownloads(), entries: map[string]*stored{}, now: time.Now}
}

// Reset creates the folder and empties it, because the cache does not outlive the process.
// No call of Open may be in progress.
func (s *Store) Reset() error {
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("empty the cache of models: %w", err)
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make the cache of models: %w", err)
	}
	return nil
}

// Check returns an error if the folder does not exist.
func (s *Store) Check() error {
	_, err := os.Stat(s.dir)
	return err
}

var digest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open returns the package of an artifact. Call release when it is no longer used.
// Concurrent calls for the same artifact fetch it once.
func (s *Store) Open(ctx context.Context, a Artifact) (pkg *Package, release func(), err error) {
	if !digest.MatchString(a.SHA256) {
		return nil, nil, fmt.Errorf("artifact of %s has no SHA-256", a.ID)
	}
	if !s.has(a.SHA256) {
		turn, err := s.downloads.Acquire(ctx, 1, fair.From(ctx))
		if err != nil {
			return nil, nil, cmp.Or(ctx.Err(), err)
		}
		defer turn.Release()
	}
	for {
		entry, mine := s.enter(a.SHA256)
		if mine {
			s.fill(ctx, a, entry)
		}
		select {
		case <-entry.ready:
		case <-ctx.Done():
			s.leave(entry)
			return nil, nil, ctx.Err()
		}
		if entry.err == nil {
			// Only the first call of release counts: a second one would let evict delete a package in use.
			return entry.pkg, sync.OnceFunc(func() { s.leave(entry) }), nil
		}
		s.leave(entry)
		// The caller that fetched may have given up. That is not this caller's error.
		if mine || ctx.Err() != nil || !errors.Is(entry.err, context.Canceled) && !errors.Is(entry.err, context.DeadlineExceeded) {
			return nil, nil, entry.err
		}
	}
}

// newDownloads bounds the downloads at the same time. A caller that waits for the download of
// another caller takes a place too. Otherwise it would wait in the other caller's queue.
func newDownloads() *fair.Pool {
	return fair.New(fair.Limits{What: "downloads of models", Capacity: 16, Waiting: 512, WholeTenant: true})
}

// has reports whether the store has a package.
func (s *Store) has(key string) bool {
	s.mu.Lock()
	entry := s.entries[key]
	s.mu.Unlock()
	if entry == nil {
		return false
	}
	select {
	case <-entry.ready:
		return entry.err == nil
	default:
		return false
	}
}

// enter counts the caller as a user. mine means that the caller must fetch the package.
func (s *Store) enter(key string) (entry *stored, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, found := s.entries[key]
	if !found {
		entry = &stored{ready: make(chan struct{})}
		s.entries[key] = entry
	}
	entry.users++
	entry.used = s.now()
	return entry, !found
}

func (s *Store) leave(entry *stored) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry.users--
}

// fill fetches the package of an entry and publishes the result. A fetch that panics is
// published as an error: otherwise all later callers would wait for it.
func (s *Store) fill(ctx context.Context, a Artifact, entry *stored) {
	func() {
		defer errs.Recover(&entry.err)
		entry.pkg, entry.size, entry.err = s.fetch(ctx, a)
	}()
	for _, dir := range s.settle(a.SHA256, entry) {
		_ = os.RemoveAll(dir)
	}
}

// settle publishes the result of a fetch and evicts packages to make room for it. It returns
// the folders of these, for the caller to delete.
func (s *Store) settle(key string, entry *stored) (evicted []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if entry.err != nil {
		delete(s.entries, key)
	}
	close(entry.ready)
	return s.evict()
}

// evict forgets unused packages, the least recently used first, until the rest fits, and
// returns their folders. A worker that still has a deleted file open can use it until it
// closes it. A package that is fetched again gets another folder. s.mu is held.
func (s *Store) evict() (dirs []string) {
	var total int64
	for _, e := range s.entries {
		total += e.size
	}
	for total > s.bytes {
		oldest := ""
		for key, e := range s.entries {
			if e.users == 0 && e.size > 0 && (oldest == "" || e.used.Before(s.entries[oldest].used)) {
				oldest = key
			}
		}
		if oldest == "" {
			break
		}
		total -= s.entries[oldest].size
		dirs = append(dirs, s.entries[oldest].pkg.dir)
		delete(s.entries, oldest)
	}
	return dirs
}

func (s *Store) fetch(ctx context.Context, a Artifact) (*Package, int64, error) {
	scratch, err := os.MkdirTemp(s.dir, "fetch-")
	if err != nil {
		return nil, 0, diskFailure(err)
	}
	kept := false
	defer func() { // also after a panic
		if !kept {
			_ = os.RemoveAll(scratch)
		}
	}()
	pkg, size, err := fetchInto(ctx, a, scratch)
	if err != nil {
		return nil, 0, diskFailure(err)
	}
	kept = true
	return pkg, size, nil
}

func fetchInto(ctx context.Context, a Artifact, dir string) (*Package, int64, error) {
	file, err := os.OpenFile(filepath.Join(dir, "artifact"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	bounded := &boundedWriter{w: io.MultiWriter(file, sum), left: maxWeights}
	if err := a.Fetch(ctx, bounded); err != nil {
		return nil, 0, fmt.Errorf("fetch model %s: %w", a.ID, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != a.SHA256 {
		return nil, 0, errs.Unavailable("the download of model %q was incomplete; try again", a.ID).
			Because(fmt.Errorf("SHA-256 is %s, want %s", got, a.SHA256))
	}
	if err := unpack(file, dir); err != nil {
		return nil, 0, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, 0, err
	}
	size, err := sizeOf(dir)
	if err != nil {
		return nil, 0, err
	}
	pkg, err := load(a.SHA256, dir)
	return pkg, size, err
}

// diskFailure returns the error that a stranger sees when the disk is full or broken.
func diskFailure(err error) error {
	if _, disk := errors.AsType[*fs.PathError](err); disk {
		return errs.Unavailable("the runner has no space for the model now; try again later").Because(err)
	}
	return err
}

func sizeOf(dir string) (int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var size int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}

type boundedWriter struct {
	w    io.Writer
	left int64
}

func (b *boundedWriter) Write(p []byte) (int, error) {
	b.left -= int64(len(p))
	if b.left < 0 {
		return 0, badPackage("the model is larger than %d GiB", maxWeights>>30)
	}
	return b.w.Write(p)
}

// Source finds the models of one run. The runner implements it over the registry with the
// run's grant, so that the right to a model is checked on every use, even if its file is
// cached.
type Source interface {
	// Resolve finds a model by its ID in the definition. Its error is shown to the user.
	Resolve(ctx context.Context, id string) (Artifact, error)
}

// Artifact is the file of a model version.
type Artifact struct {
	// ID is the full ID: workspace/model/version.
	ID string
	// Task is the task that the model was created for. A package may state it too.
	Task string
	// Tenant is the workspace that owns the model. Tenants do not share workers.
	Tenant string
	// SHA256 is the hash of the file, in hex. It is the file's name in the cache and is
	// checked after the download.
	SHA256 string
	// Size is the size in bytes, 0 if unknown.
	Size int64
	// Fetch writes the file. It is called only if the cache does not have it.
	Fetch func(ctx context.Context, w io.Writer) error
}
