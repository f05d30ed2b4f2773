package picture

import "encoding/binary"

// pngKept are the chunks that affect pixels. Profiles (iCCP), texts, times, EXIF, animation
// and private chunks are removed.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true,
	"gAMA": true, "cHRM": true, "sRGB": true, "sBIT": true, "cICP": true, "pHYs": true,
}

// chunks calls each for every chunk, with all its bytes, until it returns false or the file
// ends. It returns whether the structure is valid up to IEND.
func chunks(b []byte, each func(kind string, chunk []byte) bool) bool {
	const frame = 12 // length, type, CRC
	for at := len(pngSignature); at+frame <= len(b); {
		length := uint64(binary.BigEndian.Uint32(b[at:]))
		if length > uint64(len(b)-at-frame) {
			return false
		}
		end := at + frame + int(length)
		kind := string(b[at+4 : at+8])
		if !each(kind, b[at:end]) || kind == "IEND" {
			return true
		}
		at = end
	}
	return false
}

func stripPNG(b []byte, kept *parts) error {
	kept.keep(b[:len(pngSignature)])
	ok := chunks(b, func(kind string, chunk []byte) bool {
		if pngKept[kind] {
			kept.keep(chunk)
		}
		return true
	})
	if !ok {
		return ErrMalformed
	}
	return nil
}

func exifOfPNG(b []byte) (exif []byte) {
	chunks(b, func(kind string, chunk []byte) bool {
		if kind == "eXIf" {
			exif = chunk[8 : len(chunk)-4]
		}
		return exif == nil
	})
	return exif
}
