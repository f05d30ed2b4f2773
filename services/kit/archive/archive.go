// Package archive bounds what an uploaded archive may become on disk. Every service
// that unpacks a model package asks it, so that none takes what another refuses.
package archive

// Bounds of an unpacked archive. Weights are floating-point numbers, which deflate to
// some nine tenths of their size; quantised and pruned ones to a quarter. What unpacks to
// more than eight times its size is no model. Small files may unpack further.
const (
	ratio   = 8
	least   = 32 << 20
	ceiling = 4 << 30
)

// MaxUnpacked is how many bytes all files of an archive of a size in bytes may take
// together. It never believes what the archive says about sizes: count what comes out.
func MaxUnpacked(size int64) int64 {
	if size > ceiling/ratio {
		return ceiling
	}
	return max(least, size*ratio)
}
