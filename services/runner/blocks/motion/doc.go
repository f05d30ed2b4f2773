// Package motion has the blocks that detect motion in a video. The pictures of a batch are
// the frames of one video, in order. The memory of a block ends with the run.
package motion
