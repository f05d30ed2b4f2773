// Package typeface draws lines of text in any script for which it has a font.
//
// The program embeds Go Regular and Go Bold, which cover Latin, Greek and Cyrillic. It
// reads the Noto fonts (SIL Open Font License) from a folder when a text first needs one:
// Chinese, Japanese, Korean, Arabic, Hebrew, Thai and Devanagari. HarfBuzz shapes the text,
// so Arabic letters join and run from right to left.
//
// A character that no font has is drawn as an empty box.
package typeface
