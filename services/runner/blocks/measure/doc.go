// Package measure has the blocks that measure detections: how far apart they are, how
// much they overlap, how large they are, and where on the map.
package measure
