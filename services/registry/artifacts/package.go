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
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// maxEntries is how many files a package may hold.
const maxEntries = 64

// inspectPackage opens every .onnx file of a package and returns the signature of the first.
// maxBytes bounds all files together. Nothing is unpacked of a package that takes more.
func (i *Inspector) inspectPackage(ctx context.Context, client fair.Client, archive *zip.Reader, maxBytes int64) (models.Signature, error) {
	if err := checkEntries(archive.File, uint64(maxBytes)); err != nil {
		return models.Signature{}, err
	}
	var signature models.Signature
	var found bool
	for _, entry := range archive.File {
		if path.Ext(entry.Name) != ".onnx" {
			if err := publicEntry(entry); err != nil {
				return models.Signature{}, err
			}
			continue
		}
		one, err := i.inspectEntry(ctx, client, entry)
		if err != nil {
			return models.Signature{}, err
		}
		if !found {
			signature, found = one, true
		}
	}
	if !found {
		return models.Signature{}, &invalid{"the package holds no .onnx file"}
	}
	return signature, nil
}

// checkEntries checks the names and sizes in the archive's directory. A size is a claim, which
// inspectEntry enforces.
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

// publicEntry refuses a secret in a text of a package: strangers see its labels.
func publicEntry(entry *zip.File) error {
	if entry.UncompressedSize64 > maxText {
		return nil // too large for a list of labels
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
		return &invalid{"a text in the package looks like a secret, and others can see its labels"}
	}
	return nil
}

func (i *Inspector) inspectEntry(ctx context.Context, client fair.Client, entry *zip.File) (models.Signature, error) {
	unpacked, err := os.CreateTemp(i.scratch, "keyhole-inspect-*.onnx")
	if err != nil {
		return models.Signature{}, err
	}
	defer func() {
		_ = unpacked.Close()
		_ = os.Remove(unpacked.Name())
	}()
	content, err := entry.Open()
	if err != nil {
		return models.Signature{}, &invalid{"a file of the package cannot be unpacked"}
	}
	defer func() { _ = content.Close() }()
	// The header's size is a claim. One byte more shows that it is false.
	n, err := io.Copy(unpacked, io.LimitReader(content, int64(entry.UncompressedSize64)+1))
	if _, disk := errors.AsType[*fs.PathError](err); disk { // the disk is full: not the package's fault
		return models.Signature{}, err
	}
	if err != nil || uint64(n) != entry.UncompressedSize64 {
		return models.Signature{}, &invalid{"a file of the package is damaged"}
	}
	return i.inspectFile(ctx, client, unpacked.Name())
}
