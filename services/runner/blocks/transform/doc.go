// Package transform has the blocks that make new detections and pictures out of
// others without a model.
package transform
