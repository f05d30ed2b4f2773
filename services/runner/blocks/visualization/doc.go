// Package visualization has the blocks that draw on pictures.
package visualization
