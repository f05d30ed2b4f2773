// Package zone has the blocks that report what tracked objects do in a video: how long they
// are in a zone, when they cross a line, how fast they are, and how far they are from a path.
// The pictures of a batch are the frames, in order. The memory of a block ends with the run.
package zone
