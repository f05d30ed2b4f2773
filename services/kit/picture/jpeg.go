package picture

import (
	"bytes"
	"encoding/binary"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	markerSOF0  = 0xc0
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDNL   = 0xdc
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP14 = 0xee
)

// segment is one marker segment of a JPEG.
type segment struct {
	marker byte
	// start is the offset of the marker's 0xff, body the offset of the content after the
	// length, and end the offset of the next segment.
	start, body, end int
}

// nextSegment reads the marker segment at an offset. Fill bytes before a marker
// (T.81, B.1.1.2) are skipped.
func nextSegment(b []byte, at int) (segment, bool) {
	for at+1 < len(b) && b[at] == 0xff && b[at+1] == 0xff {
		at++
	}
	if at+1 >= len(b) || b[at] != 0xff {
		return segment{}, false
	}
	s := segment{marker: b[at+1], start: at, body: at + 2, end: at + 2}
	if s.marker == markerEOI || s.marker == markerSOI {
		return s, true
	}
	if at+4 > len(b) {
		return segment{}, false
	}
	length := int(binary.BigEndian.Uint16(b[at+2:]))
	s.body, s.end = at+4, at+2+length
	return s, length >= 2 && s.end <= len(b)
}

// stripJPEG keeps frames, tables and scans up to the end of the first image. Of the
// application segments it keeps those that affect colour: JFIF without its thumbnail, and
// Adobe's transform flag.
func stripJPEG(b []byte, kept *parts) error {
	kept.keep(b[:2])
	for at := 2; ; {
		s, ok := nextSegment(b, at)
		if !ok {
			return ErrMalformed
		}
		switch {
		case s.marker == markerEOI:
			kept.keep(b[s.start:s.end])
			return nil
		case s.marker == markerSOS:
			s.end = scanEnd(b, s.end)
			kept.keep(b[s.start:s.end])
		case structural(s.marker):
			kept.keep(b[s.start:s.end])
		case s.marker == markerAPP0:
			keepJFIF(b, s, kept)
		case s.marker == markerAPP14:
			keepAdobe(b, s, kept)
		}
		at = s.end
	}
}

func structural(marker byte) bool {
	// SOF0 to SOF15, including the code tables DHT and DAC.
	return marker >= markerSOF0 && marker <= markerSOF15 ||
		marker == markerDQT || marker == markerDNL || marker == markerDRI
}

// scanEnd returns the offset of the marker that ends entropy-coded data. It skips stuffed
// zeros and restart markers.
func scanEnd(b []byte, at int) int {
	for {
		next := bytes.IndexByte(b[at:], 0xff)
		if next < 0 || at+next+1 >= len(b) {
			return len(b)
		}
		at += next
		if m := b[at+1]; m != 0 && m != 0xff && (m < markerRST0 || m >= markerSOI) {
			return at
		}
		at++
	}
}

// jfifBytes is the length of a JFIF segment without a thumbnail, including its marker.
const jfifBytes = 18

func keepJFIF(b []byte, s segment, kept *parts) {
	if s.end-s.start < jfifBytes || string(b[s.body:s.body+5]) != "JFIF\x00" {
		return // JFXX holds only a thumbnail
	}
	if s.end-s.start == jfifBytes {
		kept.keep(b[s.start:s.end])
		return
	}
	bare := bytes.Clone(b[s.start : s.start+jfifBytes])
	binary.BigEndian.PutUint16(bare[2:], jfifBytes-2)
	bare[16], bare[17] = 0, 0 // the size of the thumbnail
	kept.keep(bare)
}

// adobeBytes is the length of Adobe's segment, including its marker.
const adobeBytes = 16

func keepAdobe(b []byte, s segment, kept *parts) {
	if s.end-s.start < adobeBytes || string(b[s.body:s.body+5]) != "Adobe" {
		return
	}
	if s.end-s.start == adobeBytes {
		kept.keep(b[s.start:s.end])
		return
	}
	bare := bytes.Clone(b[s.start : s.start+adobeBytes])
	binary.BigEndian.PutUint16(bare[2:], adobeBytes-2)
	kept.keep(bare)
}

// exifOfJPEG returns the TIFF structure of the first EXIF segment before the first scan.
func exifOfJPEG(b []byte) []byte {
	for at := 2; ; {
		s, ok := nextSegment(b, at)
		if !ok || s.marker == markerSOS || s.marker == markerEOI {
			return nil
		}
		if body := b[s.body:s.end]; s.marker == markerAPP1 && bytes.HasPrefix(body, []byte("Exif\x00")) && len(body) > 6 {
			return body[6:]
		}
		at = s.end
	}
}
