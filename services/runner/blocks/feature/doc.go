// Package feature has the blocks that recognise the same things in two pictures by their key
// points: SIFT, its comparison, and panoramas.
package feature
