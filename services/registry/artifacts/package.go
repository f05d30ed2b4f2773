package artifacts

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// maxEntries is how many files a package may hold.
const maxEntries = 64

// inspectPackage opens every .onnx file of a package and reads its texts. maxBytes bounds all
// files together. If a package is larger, none of its files is unpacked.
func (i *Inspector) inspectPackage(ctx context.Context, client fair.Client, archive *zip.Reader, maxBytes int64) (*contents, error) {
	if err := checkEntries(archive.File, uint64(maxBytes)); err != nil {
		return nil, err
	}
	found := &contents{files: map[string]*wire.Signature{}, texts: map[string][]byte{}}
	for _, entry := range archive.File {
		if path.Ext(entry.Name) != ".onnx" {
			text, err := publicEntry(entry)
			if err != nil {
				return nil, err
			}
			if name := path.Base(entry.Name); name == modelpackage.DictFile || name == modelpackage.MergesFile || slices.Contains(modelpackage.Text(), name) {
				found.texts[name] = text
			}
			continue
		}
		one, err := i.inspectEntry(ctx, client, entry)
		if err != nil {
			return nil, err
		}
		found.files[path.Base(entry.Name)] = one
		if found.first == nil {
			found.first = one
		}
	}
	if found.first == nil {
		return nil, &invalid{"the package holds no .onnx file"}
	}
	return found, nil
}

// checkEntries checks the names and sizes in the archive's directory. These sizes may be
// false; inspectEntry enforces them.
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
			return &invalid{"the name of a file in the package points outside of it"}
		}
	}
	return nil
}

// maxText bounds a file of labels, dictionaries or settings in a package, in bytes.
const maxText = 4 << 20

// publicEntry reads a text of a package. It refuses a secret in it, because strangers see the
// labels. A file that is too large for a text is not read.
func publicEntry(entry *zip.File) ([]byte, error) {
	if entry.UncompressedSize64 > maxText || entry.FileInfo().IsDir() {
		return nil, nil
	}
	content, err := entry.Open()
	if err != nil {
		return nil, &invalid{"a file of the package cannot be unpacked"}
	}
	defer func() { _ = content.Close() }()
	text, err := io.ReadAll(io.LimitReader(content, maxText))
	if err != nil {
		return nil, &invalid{"a file of the package is damaged"}
	}
	if leak.Find(entry.Name) || utf8.Valid(text) && leak.Find(string(text)) {
		return nil, &invalid{"a text in the package looks like a secret, and others can see its labels"}
	}
	return text, nil
}

func (i *Inspector) inspectEntry(ctx context.Context, client fair.Client, entry *zip.File) (*wire.Signature, error) {
	unpacked, err := os.CreateTemp(i.scratch, "keyhole-inspect-*.onnx")
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = unpacked.Close()
		_ = os.Remove(unpacked.Name())
	}()
	content, err := entry.Open()
	if err != nil {
		return nil, &invalid{"a file of the package cannot be unpacked"}
	}
	defer func() { _ = content.Close() }()
	// The size in the header may be false. Reading one byte more shows that.
	n, err := io.Copy(unpacked, io.LimitReader(content, int64(entry.UncompressedSize64)+1))
	if _, disk := errors.AsType[*fs.PathError](err); disk { // the disk is full: not the package's fault
		return nil, err
	}
	if err != nil || uint64(n) != entry.UncompressedSize64 {
		return nil, &invalid{"a file of the package is damaged"}
	}
	return i.inspectFile(ctx, client, unpacked.Name())
}
