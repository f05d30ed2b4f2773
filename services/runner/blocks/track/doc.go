// Package track has the blocks that follow objects from frame to frame of a video. The
// pictures of a batch are the frames, in order. The memory of a tracker ends with the run.
package track
