// Package warp has the blocks that map a picture to another plane: the removal of a
// perspective, and panoramas.
package warp
