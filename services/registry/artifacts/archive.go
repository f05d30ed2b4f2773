package artifacts

import (
	"archive/zip"
	"errors"
	"io"
)

// maxDirectory bounds what is read to list a package, in bytes. A package of 64 files needs some
// kilobytes. An archive that consists only of a directory would put gigabytes of entries in memory
// before they could be counted.
const maxDirectory = 2 << 20

var errDirectory = errors.New("the archive's directory is too long")

// openArchive lists a package. After that its files can be read without this limit.
func openArchive(file io.ReaderAt, size int64) (*zip.Reader, error) {
	in := &directory{file: file, left: maxDirectory}
	archive, err := zip.NewReader(in, size)
	if err != nil {
		return nil, &invalid{"the zip archive is damaged, or has too many files"}
	}
	in.listed = true
	return archive, nil
}

// directory limits how many bytes can be read until the archive is listed.
type directory struct {
	file   io.ReaderAt
	left   int64
	listed bool
}

// ReadAt implements io.ReaderAt.
func (d *directory) ReadAt(p []byte, at int64) (int, error) {
	if !d.listed {
		if d.left -= int64(len(p)); d.left < 0 {
			return 0, errDirectory
		}
	}
	return d.file.ReadAt(p, at)
}
