// Package motion has the blocks that find what moves in a video. The pictures of a batch
// are the frames of one video, in order; what the blocks know of it ends with the run.
package motion
