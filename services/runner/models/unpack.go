package models

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	archivelimit "github.com/keyhole-dev/keyhole/services/kit/archive"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
)

// Limits of a package.
const (
	maxEntries  = 256
	maxWeights  = 2 << 30
	maxSettings = 4 << 20
)

// limitOf returns the largest size of a file in bytes. No other file is unpacked.
func limitOf(name string) (int64, bool) {
	switch name {
	case modelpackage.WeightsFile, modelpackage.DetectFile, modelpackage.RecogniseFile, modelpackage.VisualFile, modelpackage.TextualFile:
		return maxWeights, true
	case modelpackage.DictFile, modelpackage.MergesFile:
		return maxSettings, true
	}
	return maxSettings, slices.Contains(modelpackage.Text(), name)
}

// unpack writes an artifact into dir: the known files of a zip, or a bare model as
// weights.onnx.
func unpack(file *os.File, dir string) error {
	head := make([]byte, 4)
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the model: %w", err)
	}
	if !bytes.Equal(head, []byte("PK\x03\x04")) {
		return os.Link(file.Name(), filepath.Join(dir, modelpackage.WeightsFile))
	}
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("read the model: %w", err)
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return badPackage("the model package is not a zip file that can be read").Because(err)
	}
	if len(archive.File) > maxEntries {
		return badPackage("the model package has %d files; the limit is %d", len(archive.File), maxEntries)
	}
	left := min(archivelimit.MaxUnpacked(info.Size()), maxWeights)
	for _, entry := range archive.File {
		if err := unpackEntry(entry, dir, &left); err != nil {
			return err
		}
	}
	return nil
}

// unpackEntry writes one file under its base name, so that no path of the zip is ever used.
// A package may be inside of one folder. left is the number of bytes that all files may
// still take, because sizes in a zip's headers can be false.
func unpackEntry(entry *zip.File, dir string, left *int64) error {
	if strings.Contains(entry.Name, "\\") || strings.HasPrefix(entry.Name, "/") || strings.Count(path.Clean(entry.Name), "/") > 1 ||
		strings.HasPrefix(path.Clean(entry.Name), "..") {
		return badPackage("the model package has a file %.100q; put all files at its top level or in one folder", entry.Name)
	}
	name := path.Base(entry.Name)
	limit, known := limitOf(name)
	if !known || !entry.Mode().IsRegular() {
		return nil
	}
	in, err := entry.Open()
	if err != nil {
		return badPackage("%s in the model package cannot be read", name).Because(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return badPackage("the model package has %s twice", name)
	}
	if err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	defer func() { _ = out.Close() }()
	limit = min(limit, *left)
	n, err := io.Copy(out, io.LimitReader(in, limit+1))
	*left -= n
	if n > limit {
		return badPackage("%s in the model package is larger than %d MiB; a package may unpack to at most 8 times its size", name, limit>>20)
	}
	if err != nil {
		return unpackFailure(name, err)
	}
	return out.Close()
}

// unpackFailure distinguishes a damaged package from a full disk.
func unpackFailure(name string, err error) error {
	if _, ours := errors.AsType[*os.PathError](err); ours {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	return badPackage("%s in the model package is damaged", name).Because(err)
}
