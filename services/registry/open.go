package registry

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	archivelimit "github.com/keyhole-dev/keyhole/services/kit/archive"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// maxEntries is how many files a package may hold.
const maxEntries = 64

// invalid is why an artifact cannot be opened, for its owner.
type invalid struct{ problem string }

func (e *invalid) Error() string { return e.problem }

// open has the model worker open every ONNX file of the artifact, and notes in v
// what was found. It fails only where the artifact is not to blame.
func (s *Service) open(ctx context.Context, file *os.File, v *version) error {
	sig, err := s.inspect(ctx, file, v.size)
	if bad, ok := errors.AsType[*invalid](err); ok {
		v.state, v.problem = registryv1.State_STATE_FAILED, bad.problem
		return nil
	}
	if failure, ok := errors.AsType[*modelworker.Failure](err); ok && failure.Kind != modelworker.Unavailable {
		v.state, v.problem = registryv1.State_STATE_FAILED, fmt.Sprintf("%s: %s", failure.Kind, clip(failure.Detail))
		return nil
	}
	if _, disk := errors.AsType[*fs.PathError](err); disk {
		return cannotStore(err)
	}
	if err != nil {
		return fmt.Errorf("open artifact: %w", err)
	}
	v.state, v.signature = registryv1.State_STATE_READY, sig
	return nil
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "..."
	}
	return s
}

func (s *Service) inspect(ctx context.Context, file *os.File, size int64) (signature, error) {
	magic := make([]byte, 4)
	if _, err := file.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return signature{}, fmt.Errorf("read upload: %w", err)
	}
	if string(magic) != "PK\x03\x04" {
		return s.inspectFile(ctx, file.Name())
	}
	archive, err := openArchive(file, size)
	if err != nil {
		return signature{}, err
	}
	return s.inspectPackage(ctx, archive, archivelimit.MaxUnpacked(size))
}

// inspectPackage opens every .onnx file of a package and returns the signature of the
// first. maxBytes bounds all files together; nothing is unpacked of a package that takes
// more.
func (s *Service) inspectPackage(ctx context.Context, archive *zip.Reader, maxBytes int64) (signature, error) {
	if err := checkEntries(archive.File, uint64(maxBytes)); err != nil {
		return signature{}, err
	}
	var sig signature
	var found bool
	for _, entry := range archive.File {
		if path.Ext(entry.Name) != ".onnx" {
			if err := publicEntry(entry); err != nil {
				return signature{}, err
			}
			continue
		}
		one, err := s.inspectEntry(ctx, entry)
		if err != nil {
			return signature{}, err
		}
		if !found {
			sig, found = one, true
		}
	}
	if !found {
		return signature{}, &invalid{"the package holds no .onnx file"}
	}
	return sig, nil
}

// checkEntries looks at what the archive says of its files. A size is a claim that
// inspectEntry holds the file to.
func checkEntries(entries []*zip.File, left uint64) error {
	if len(entries) > maxEntries {
		return &invalid{fmt.Sprintf("the package has more than %d files", maxEntries)}
	}
	for _, entry := range entries {
		if entry.UncompressedSize64 > left {
			return &invalid{"the package is too large when unpacked: its files may take 8 times the size of the archive"}
		}
		left -= entry.UncompressedSize64
		if strings.HasPrefix(entry.Name, "/") || strings.Contains(path.Clean("/"+entry.Name), "/../") || strings.Contains(entry.Name, "..") || strings.Contains(entry.Name, `\`) {
			return &invalid{"a file of the package has a name that leads out of it"}
		}
	}
	return nil
}

// maxText bounds a file of labels, dictionaries or settings in a package, in bytes.
const maxText = 4 << 20

// publicEntry refuses a secret in a text of a package: strangers see its labels.
func publicEntry(entry *zip.File) error {
	if entry.UncompressedSize64 > maxText {
		return nil // no list of labels
	}
	content, err := entry.Open()
	if err != nil {
		return &invalid{"a file of the package cannot be unpacked"}
	}
	defer func() { _ = content.Close() }()
	text, err := io.ReadAll(io.LimitReader(content, maxText))
	if err != nil {
		return &invalid{"a file of the package is damaged"}
	}
	if leak.Find(entry.Name) || utf8.Valid(text) && leak.Find(string(text)) {
		return &invalid{"a text of the package holds what looks like a secret; its labels are shown to others"}
	}
	return nil
}

func (s *Service) inspectEntry(ctx context.Context, entry *zip.File) (signature, error) {
	unpacked, err := os.CreateTemp(s.cfg.Scratch, "keyhole-inspect-*.onnx")
	if err != nil {
		return signature{}, err
	}
	defer func() {
		_ = unpacked.Close()
		_ = os.Remove(unpacked.Name())
	}()
	content, err := entry.Open()
	if err != nil {
		return signature{}, &invalid{"a file of the package cannot be unpacked"}
	}
	defer func() { _ = content.Close() }()
	// The header's size is a claim: one byte more than it claims is a lie.
	n, err := io.Copy(unpacked, io.LimitReader(content, int64(entry.UncompressedSize64)+1))
	if _, disk := errors.AsType[*fs.PathError](err); disk { // full, and not the package's fault
		return signature{}, err
	}
	if err != nil || uint64(n) != entry.UncompressedSize64 {
		return signature{}, &invalid{"a file of the package is damaged"}
	}
	return s.inspectFile(ctx, unpacked.Name())
}

func (s *Service) inspectFile(ctx context.Context, name string) (signature, error) {
	found, err := s.workers.Inspect(ctx, fair.ClientOf(caller.From(ctx)), func() (*os.File, error) { return os.Open(name) })
	if err != nil {
		return signature{}, err
	}
	for _, text := range found.Metadata {
		if leak.Find(text) {
			return signature{}, &invalid{"the model's metadata holds what looks like a secret; its labels are shown to others"}
		}
	}
	return signature{Inputs: declared(found.Inputs), Outputs: declared(found.Outputs)}, nil
}

func declared(all []wire.Value) []tensor {
	var out []tensor
	for _, d := range all {
		out = append(out, tensor{Name: d.Name, Type: string(d.Type), Shape: d.Shape})
	}
	return out
}
