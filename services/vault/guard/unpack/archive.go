package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"io"
)

const (
	// maxFiles bounds how many files of an archive are read.
	maxFiles = 64
	// memberHead is how much of each file of an archive is joined with the others, in bytes.
	memberHead = 1 << 10
	// maxStarts bounds how many archives behind other bytes are opened in one content, for
	// each mark.
	maxStarts = 8
)

func (o *opener) zip(b []byte, depth int) bool {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return false
	}
	var names, heads []byte
	for _, f := range z.File[:min(len(z.File), maxFiles)] {
		if r, err := f.Open(); err == nil {
			o.read(r, depth)
			_ = r.Close()
		}
		o.unpack([]byte(f.Name+" "+f.Comment), 0, depth+1)
		names = append(names, f.Name...)
		if r, err := f.Open(); err == nil {
			heads = o.head(heads, r)
			_ = r.Close()
		}
	}
	if len(z.File) > 1 { // a text may be spread over the files, or over their names
		o.emit(names, false)
		o.emit(heads, false)
	}
	return true
}

// head appends the beginning of a file.
func (o *opener) head(to []byte, r io.Reader) []byte {
	part, _ := io.ReadAll(io.LimitReader(r, min(memberHead, o.budget.share())))
	o.budget.spend(len(part))
	return append(to, part...)
}

// isTar reports the header of a file in a tar archive.
func isTar(b []byte) bool {
	const header, at = 512, 257
	return len(b) > header && bytes.HasPrefix(b[at:], []byte("ustar"))
}

// tar joins the beginnings of the files of an archive. Each of them alone stands in the content.
func (o *opener) tar(b []byte) {
	var names, heads []byte
	r := tar.NewReader(bytes.NewReader(b))
	for range maxFiles {
		h, err := r.Next()
		if err != nil {
			break
		}
		names = append(names, h.Name...)
		heads = o.head(heads, r)
	}
	o.emit(names, false)
	o.emit(heads, false)
}

// starts are the marks by which an archive is found behind other bytes. They are long enough to
// be rare in other content.
var starts = [][]byte{[]byte("\x1f\x8b\x08"), []byte("PK\x03\x04"), []byte("BZh9"), {0x28, 0xb5, 0x2f, 0xfd}}

// behind opens archives that do not stand at the beginning of a content, up to maxTries of them
// in one answer.
func (o *opener) behind(b []byte, depth int) {
	for _, mark := range starts {
		from := 1
		for range maxStarts {
			at := bytes.Index(b[from:], mark)
			if at < 0 {
				break
			}
			from += at
			if open := opened(b[from:]); open != nil {
				if o.budget.behind++; o.budget.behind > maxTries {
					return
				}
				open(o, b[from:], depth+1)
			}
			from++
		}
	}
}
