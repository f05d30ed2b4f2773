// Package flow has the blocks that decide which steps go on.
package flow
