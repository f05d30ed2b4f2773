// Package typeface draws lines of text in any script that it has a font for.
//
// The program carries Go Regular and Go Bold, which have Latin, Greek and Cyrillic. The
// Noto fonts (SIL Open Font License) are read from a folder when a text first needs one:
// Chinese, Japanese, Korean, Arabic, Hebrew, Thai and Devanagari. Text is shaped by
// HarfBuzz's rules, so Arabic letters join and run from right to left.
//
// A character that no font has is drawn as an empty box.
package typeface
