// Package overlay has the blocks that draw on a picture something other than detections:
// zones, lines, paths, keypoints, texts and other pictures.
package overlay
