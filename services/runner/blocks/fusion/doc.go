// Package fusion has the blocks that compare or merge the detections of several steps.
package fusion
