// Command pack writes a model package: a reproducible zip file, so that its SHA-256 can be
// pinned.
//
//	pack OUT NAME=FILE...
package main

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: pack OUT NAME=FILE...")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(path string, entries []string) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(out)
	for _, entry := range entries {
		if err := add(archive, entry); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("finish the zip: %w", err)
	}
	return out.Close()
}

// add stores without compression and without a time stamp. Weights do not shrink, and the
// output of a compressor differs between versions.
func add(archive *zip.Writer, entry string) error {
	name, path, ok := strings.Cut(entry, "=")
	if !ok {
		return fmt.Errorf("%q is not NAME=FILE", entry)
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return fmt.Errorf("begin %s: %w", name, err)
	}
	if _, err := io.Copy(w, in); err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	return nil
}
