// Package code has the blocks that read bar codes and QR codes, and that make QR codes.
package code
