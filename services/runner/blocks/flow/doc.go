// Package flow has the blocks that decide which steps run next.
package flow
