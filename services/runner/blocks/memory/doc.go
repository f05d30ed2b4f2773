// Package memory has the blocks that remember what earlier frames of a video had. The
// pictures of a batch are the frames, in order; what the blocks know ends with the run.
package memory
