// Package memory has the blocks that remember earlier frames of a video. The pictures of a
// batch are the frames, in order. The memory of a block ends with the run.
package memory
