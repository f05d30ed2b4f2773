// Package pixel has the blocks that change or count the pixels of one picture.
package pixel
