package picture

import "encoding/binary"

// webpKept are the chunks of a still picture.
var webpKept = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true}

// webpMetadataFlags are the flags of a VP8X chunk (RFC 9649, section 2.7.1.3) that announce
// removed chunks.
const webpMetadataFlags = 0x20 /* profile */ | 0x08 /* EXIF */ | 0x04 /* XMP */

// riff calls each for every chunk of a WebP file, padded to an even length. It returns
// whether the structure is valid.
func riff(b []byte, each func(kind string, chunk []byte)) bool {
	size := uint64(binary.LittleEndian.Uint32(b[4:]))
	if size < 4 || size > uint64(len(b)-8) {
		return false
	}
	end := 8 + int(size)
	for at := 12; at < end; {
		if at+8 > end {
			return false
		}
		length := uint64(binary.LittleEndian.Uint32(b[at+4:]))
		padded := length + length&1
		if padded > uint64(end-at-8) {
			return false
		}
		next := at + 8 + int(padded)
		each(string(b[at:at+4]), b[at:next])
		at = next
	}
	return true
}

func stripWebP(b []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(b)), b[:12]...)
	ok := riff(b, func(kind string, chunk []byte) {
		if !webpKept[kind] {
			return
		}
		at := len(out)
		out = append(out, chunk...)
		if kind == "VP8X" && len(chunk) > 8 {
			out[at+8] &^= webpMetadataFlags
		}
	})
	if !ok {
		return nil, ErrMalformed
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	if len(out) == len(b) {
		return b, nil
	}
	return out, nil
}

func exifOfWebP(b []byte) (exif []byte) {
	riff(b, func(kind string, chunk []byte) {
		if kind == "EXIF" && exif == nil {
			exif = chunk[8:]
		}
	})
	return exif
}
