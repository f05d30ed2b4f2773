// Package detection has the blocks that change detections without looking at pixels.
package detection
