// Package feature has the blocks that find the same things in two pictures by their key
// points: SIFT, its comparison, and panoramas.
package feature
