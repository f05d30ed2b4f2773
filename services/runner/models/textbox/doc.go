// Package textbox finds the boxes around lines of text in the map of a text detector, and puts
// them in reading order. It runs no model and reads no text.
package textbox
