// Package classic has the blocks that find or correct something in a picture without a
// model: templates, contours, edges, rotations and distortions.
package classic
