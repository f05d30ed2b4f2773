package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/tiff"
)

// maxBlocks bounds the strips or tiles of a TIFF. Each is decompressed on its own, so a
// small file with a million tiles would keep a processor busy for long.
const maxBlocks = 1 << 16

var errBlocks = errors.New("too many strips or tiles")

// tiffConfig reads the header, and refuses a file with too many blocks.
func tiffConfig(data []byte) (image.Config, error) {
	if blocksOf(data) > maxBlocks {
		return image.Config{}, errBlocks
	}
	return tiff.DecodeConfig(bytes.NewReader(data))
}

// blocksOf returns how many strips or tiles the first directory declares (TIFF 6.0, tags
// StripOffsets and TileOffsets).
func blocksOf(data []byte) uint32 {
	const stripOffsets, tileOffsets, entryBytes = 273, 324, 12
	if len(data) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(data[4:]))
	if at+2 > uint64(len(data)) {
		return 0
	}
	most, entries := uint32(0), data[at+2:]
	for range order.Uint16(data[at:]) {
		if len(entries) < entryBytes {
			break
		}
		if tag := order.Uint16(entries); tag == stripOffsets || tag == tileOffsets {
			most = max(most, order.Uint32(entries[4:]))
		}
		entries = entries[entryBytes:]
	}
	return most
}
