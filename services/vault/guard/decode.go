package guard

import (
	"bufio"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

var (
	// ErrEncoding reports an unsupported content encoding.
	ErrEncoding = errors.New("the response has a content encoding that is not supported")
	// ErrBomb reports a body that decompresses to more than its limit.
	ErrBomb = errors.New("the decompressed response is larger than allowed")
	// ErrCorrupt reports a body that does not match its content encoding.
	ErrCorrupt = errors.New("the response is damaged and cannot be decompressed")
)

const (
	// maxCodings bounds the content encodings of one body.
	maxCodings = 2
	// maxWindow bounds the memory of a decoder, in bytes.
	maxWindow = 8 << 20
)

// Decode undoes a Content-Encoding, so that the guard sees the client's view. For an empty
// encoding and "identity" it returns the body. At most limit bytes come out, then ErrBomb. Its
// memory is bounded for any body. Close releases the decoder and leaves body open.
func Decode(body io.Reader, contentEncoding string, limit int64) (io.ReadCloser, error) {
	var names []string
	for name := range strings.SplitSeq(contentEncoding, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && name != "identity" {
			names = append(names, name)
		}
	}
	if len(names) > maxCodings {
		return nil, ErrEncoding
	}
	d := &decoder{src: body, left: limit, packed: len(names) > 0}
	for i := len(names) - 1; i >= 0; i-- { // the last was applied last
		if err := d.unpack(names[i]); err != nil {
			_ = d.Close()
			return nil, err
		}
	}
	return d, nil
}

type decoder struct {
	src    io.Reader
	left   int64
	packed bool
	close  []func()
}

func (d *decoder) unpack(name string) error {
	var open func(io.Reader) (io.Reader, error)
	switch name {
	case "gzip", "x-gzip":
		open = func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
	case "deflate":
		open = inflate
	case "br":
		open = func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }
	case "zstd":
		open = func(r io.Reader) (io.Reader, error) {
			z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
			if err == nil {
				d.close = append(d.close, z.Close)
			}
			return z, err
		}
	default:
		return ErrEncoding
	}
	d.src = &lazy{src: d.src, open: open}
	return nil
}

// inflate reads "deflate", which is zlib by the standard and raw deflate on some servers.
func inflate(r io.Reader) (io.Reader, error) {
	br := bufio.NewReader(r)
	head, err := br.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		return zlib.NewReader(br)
	}
	return flate.NewReader(br), nil
}

// lazy opens a decoder at the first read, so that Decode does not wait for bytes.
type lazy struct {
	src  io.Reader
	open func(io.Reader) (io.Reader, error)
	r    io.Reader
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.r == nil {
		// An empty body is no archive, and still a fine answer to HEAD or a 204.
		br := bufio.NewReader(l.src)
		if _, err := br.Peek(1); err != nil {
			return 0, err
		}
		r, err := l.open(br)
		if err != nil {
			return 0, err
		}
		l.r = r
	}
	return l.r.Read(p)
}

// Read implements io.Reader.
func (d *decoder) Read(p []byte) (int, error) {
	if d.left < 0 {
		return 0, ErrBomb
	}
	// One byte more than is allowed shows that there is more.
	if int64(len(p)) > d.left+1 {
		p = p[:d.left+1]
	}
	n, err := d.src.Read(p)
	if d.left -= int64(n); d.left < 0 {
		return n - 1, ErrBomb
	}
	if err != nil && !errors.Is(err, io.EOF) && d.packed {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return n, err
}

// Close implements io.Closer.
func (d *decoder) Close() error {
	for _, f := range d.close {
		f()
	}
	d.close = nil
	return nil
}
