package unpack

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxNested bounds nested archives.
	maxNested = 3
	// maxWindow bounds the memory of a decoder, in bytes.
	maxWindow = 1 << 20
)

type opener struct {
	budget *Budget
	octets bool
	emit   func([]byte, bool)
}

// content searches the content of a run. at is its start in the run: content that is not text is
// passed on only at 0.
func (o *opener) content(b []byte, at int) { o.unpack(b, at, 0) }

func (o *opener) unpack(b []byte, at, depth int) {
	if len(b) < leastContent || depth > maxNested {
		return
	}
	if open := opened(b); open != nil && open(o, b, depth) {
		return
	}
	if isTar(b) {
		o.tar(b)
	}
	o.behind(b, depth)
	switch {
	case depth > 0 || readable(b) || readable(b[len(b)-min(len(b), peek):]):
		o.emit(b, false) // packed content is no coincidence: text may start in its middle
		if o.octets && depth > 0 && !readable(b) {
			o.emit(b, true)
		}
	default:
		if depth == 0 && len(b) >= leastContent*2 && o.budget.try() {
			o.trials(b, depth)
		}
		if at == 0 && o.octets {
			o.emit(b, true)
		}
	}
}

// opened returns the function that opens content with a mark, or nil. The function reports whether
// the content matched its mark.
func opened(b []byte) func(o *opener, b []byte, depth int) bool {
	if !mark[b[0]] {
		return nil
	}
	switch {
	case bytes.HasPrefix(b, []byte{0x1f, 0x8b}):
		return stream(func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
	case b[0]&0x0f == 8 && b[0]>>4 <= 7 && (int(b[0])<<8|int(b[1]))%31 == 0:
		return stream(func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })
	case bytes.HasPrefix(b, []byte("BZh")):
		return stream(func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })
	case bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return stream(func(r io.Reader) (io.Reader, error) {
			return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		})
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return (*opener).zip
	case bytes.HasPrefix(b, pngMark):
		return (*opener).png
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return (*opener).pdf
	case pictureMark(b):
		return func(o *opener, b []byte, depth int) bool {
			o.behind(b, depth)
			return true
		}
	}
	return nil
}

// MayBePacked reports that a short beginning of an answer does not read as text.
func MayBePacked(head []byte) bool { return len(head) >= leastContent && !readable(head) }

// IsPacked reports that an answer begins with the mark of a compressed format, or decompresses to
// text without one.
func IsPacked(head []byte) bool {
	if len(head) < leastContent || pictureMark(head) {
		return false
	}
	if opened(head) != nil {
		return true
	}
	var budget Budget
	found := false
	o := opener{budget: &budget, emit: func([]byte, bool) { found = true }}
	if !readable(head) {
		o.trials(head, 0)
	}
	return found
}

func stream(open func(io.Reader) (io.Reader, error)) func(*opener, []byte, int) bool {
	return func(o *opener, b []byte, depth int) bool {
		r, err := open(bytes.NewReader(b))
		return err == nil && o.read(r, depth)
	}
}

// read decompresses within the budget. Damaged content counts up to the damage.
func (o *opener) read(r io.Reader, depth int) bool {
	if c, ok := r.(interface{ Close() }); ok {
		defer c.Close()
	}
	out, err := io.ReadAll(io.LimitReader(r, o.budget.share()))
	o.budget.spend(len(out))
	if len(out) < leastContent {
		return false
	}
	o.unpack(out, 0, depth+1)
	return err == nil || readable(out)
}

// trials tries the formats without a mark. It reuses their readers, because creating one costs
// more than rejecting a run.
func (o *opener) trials(b []byte, depth int) {
	t, _ := triers.Get().(*trier)
	if t == nil {
		t = &trier{flate: flate.NewReader(bytes.NewReader(nil)), brotli: brotli.NewReader(nil)}
	}
	defer func() {
		_ = t.flate.(flate.Resetter).Reset(bytes.NewReader(nil), nil) // a failed trial is not kept
		_ = t.brotli.Reset(bytes.NewReader(nil))
		triers.Put(t)
	}()
	if t.flate.(flate.Resetter).Reset(bytes.NewReader(b), nil) == nil {
		o.trial(t.flate, depth)
	}
	if t.brotli.Reset(bytes.NewReader(b)) == nil {
		o.trial(t.brotli, depth)
	}
}

type trier struct {
	flate  io.ReadCloser
	brotli *brotli.Reader
}

// triers has readers that no trial uses.
var triers sync.Pool

// trial reads a format without a mark, and stops at the first bytes that are not text.
func (o *opener) trial(r io.Reader, depth int) {
	head := make([]byte, peek)
	n, _ := io.ReadFull(r, head)
	if n < leastContent || !readable(head[:n]) {
		return
	}
	o.read(io.MultiReader(bytes.NewReader(head[:n]), r), depth)
}

// pdf searches the streams of a document. Outside of them it is text.
func (o *opener) pdf(b []byte, depth int) bool {
	const maxStreams = 256
	rest := b
	for range maxStreams {
		_, after, found := bytes.Cut(rest, []byte("stream"))
		if !found {
			break
		}
		rest = after
		data := bytes.TrimLeft(after, "\r\n")
		if len(data) < leastContent {
			break
		}
		if open := opened(data); open != nil {
			open(o, data, depth+1)
		}
	}
	return false
}

// png searches the text chunks of a picture.
func (o *opener) png(b []byte, depth int) bool {
	const head = 8
	for b = b[len(pngMark):]; len(b) > head; {
		size := int(min(int64(binary.BigEndian.Uint32(b)), int64(len(b)-head)))
		kind, data := string(b[4:head]), b[head:head+size]
		switch kind {
		case "tEXt", "zTXt", "iTXt", "eXIf":
			o.emit(data, false)
			for i := range min(len(data), 128) {
				if data[i] == 0 && i+2 < len(data) { // after a keyword: how it is packed, and the text
					o.unpack(data[i+2:], 1, depth+1)
				}
			}
		}
		b = b[min(len(b), head+size+4):]
		if kind == "IEND" {
			break
		}
	}
	if len(b) > leastContent {
		o.behind(b, depth)
	}
	return true
}

// likely searches content that is text or has a mark.
func (o *opener) likely(b []byte) {
	if len(b) >= leastContent && (opened(b) != nil || readable(b)) {
		o.content(b, 1)
	}
}
