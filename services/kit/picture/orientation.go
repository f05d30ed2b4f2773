package picture

import (
	"bytes"
	"encoding/binary"
)

// Orientation is the EXIF orientation of the pixels of a file: 1 is upright, 3 upside down,
// 6 and 8 are rotated by a quarter turn, and 2, 4, 5 and 7 are mirrored too.
type Orientation int

// Upright pixels need no rotation.
const Upright Orientation = 1

// Sideways reports whether the upright picture has width and height swapped.
func (o Orientation) Sideways() bool { return o >= 5 }

// OrientationOf reads the orientation from a picture's EXIF. A missing or invalid value
// means upright, as in all viewers.
func OrientationOf(encoded []byte) Orientation {
	var exif []byte
	switch {
	case isJPEG(encoded):
		exif = exifOfJPEG(encoded)
	case isPNG(encoded):
		exif = exifOfPNG(encoded)
	case isWebP(encoded):
		exif = exifOfWebP(encoded)
	case isTIFF(encoded):
		exif = encoded
	}
	return orientationOfTIFF(bytes.TrimPrefix(exif, []byte("Exif\x00\x00")))
}

// orientationOfTIFF reads tag 0x0112, a SHORT, in the first directory.
func orientationOfTIFF(tiff []byte) Orientation {
	const tagOrientation, typeShort, entryBytes = 0x0112, 3, 12
	if len(tiff) < 8 {
		return Upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return Upright
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entryBytes {
			return Upright
		}
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == typeShort {
			if o := Orientation(order.Uint16(entries[8:])); o > Upright && o <= 8 {
				return o
			}
			return Upright
		}
		entries = entries[entryBytes:]
	}
	return Upright
}
