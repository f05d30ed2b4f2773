// Package archive bounds the unpacked size of an uploaded archive. All services that unpack
// model packages use it, so that none accepts what another refuses.
package archive

// Bounds of an unpacked archive. Weights are floating-point numbers, which deflate to about
// nine tenths of their size; quantised and pruned ones deflate to a quarter. So an archive
// that unpacks to more than eight times its size is not a model. Small files may unpack
// further.
const (
	ratio   = 8
	least   = 32 << 20
	ceiling = 4 << 30
)

// MaxUnpacked returns the number of bytes that all files of an archive of this size may
// take together. Sizes in the archive's headers may be false, so callers count the bytes
// that they unpack.
func MaxUnpacked(size int64) int64 {
	if size > ceiling/ratio {
		return ceiling
	}
	return max(least, size*ratio)
}
