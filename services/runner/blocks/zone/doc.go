// Package zone has the blocks that say what tracked objects do in a video: how long they
// are in a zone, when they cross a line, how fast they are and how far from a path. The
// pictures of a batch are the frames, in order; what the blocks know ends with the run.
package zone
