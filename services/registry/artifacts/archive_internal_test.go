package artifacts

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"testing"

	archivelimit "github.com/keyhole-dev/keyhole/services/kit/archive"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// An archive with a huge directory is refused before its entries are in memory.
func TestAnArchiveOfEntriesAloneIsNotRead(t *testing.T) {
	t.Parallel()
	const entries = 1_000_000
	bomb := &entriesAlone{n: entries}
	_, err := openArchive(bomb, bomb.size())
	if err == nil || bomb.read > maxDirectory {
		t.Fatalf("%d bytes of the directory were read: %v", bomb.read, err)
	}
}

func TestAPackageIsListedAndRead(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	content := bytes.Repeat([]byte("weights "), 1<<20) // larger than a directory may be
	w, err := z.CreateHeader(&zip.FileHeader{Name: "a.onnx", Method: zip.Store})
	if err == nil {
		_, err = w.Write(content)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	archive, err := openArchive(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	in, err := archive.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes came back: %v", len(got), err)
	}
}

// entriesAlone is an archive of many directory entries without names, generated while it is
// read.
type entriesAlone struct{ n, read int64 }

const entrySize, endSize = 46, 22

func (e *entriesAlone) size() int64 { return e.n*entrySize + endSize }

// ReadAt implements io.ReaderAt.
func (e *entriesAlone) ReadAt(p []byte, at int64) (int, error) {
	entry := make([]byte, entrySize)
	copy(entry, "PK\x01\x02")
	end := make([]byte, endSize)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], uint16(e.n&0xffff))
	binary.LittleEndian.PutUint16(end[10:], uint16(e.n&0xffff))
	binary.LittleEndian.PutUint32(end[12:], uint32(e.n*entrySize))
	n := 0
	for ; n < len(p) && at < e.size(); n, at = n+1, at+1 {
		if at < e.n*entrySize {
			p[n] = entry[at%entrySize]
		} else {
			p[n] = end[at-e.n*entrySize]
		}
	}
	e.read += int64(n)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// A package is refused before any of its files is unpacked: this test has no worker.
func TestAttackPackageThatUnpacksToMuchMore(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A13", "an archive that fills the disk")
	s := NewInspector(nil, t.TempDir())
	for _, files := range []int{1, 4, 60} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := range files {
			w, err := z.Create(fmt.Sprintf("%d.onnx", i))
			if err == nil {
				_, err = w.Write(make([]byte, (40<<20)/files))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		bomb, err := openArchive(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.inspectPackage(t.Context(), fair.Client{}, bomb, archivelimit.MaxUnpacked(int64(b.Len())))
		a.Attempt(err != nil, "%d files of zeros, 40 MiB in %d KiB, were taken", files, b.Len()>>10)
	}
}
