// Package overlay has the blocks that draw on a picture what is not a detection: zones,
// lines, paths, keypoints, texts and other pictures.
package overlay
