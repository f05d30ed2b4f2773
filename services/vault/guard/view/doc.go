// Package view turns text into what a reader sees.
//
// A Normaliser keeps the letters and digits of a text, without case, accents and width, and drops
// everything else. An Unescaper undoes escapes.
//
// It searches nothing.
package view
