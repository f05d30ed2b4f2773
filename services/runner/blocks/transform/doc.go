// Package transform has the blocks that derive detections and pictures from others without
// a model.
package transform
