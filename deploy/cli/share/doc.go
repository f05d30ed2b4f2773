// Package share has the commands for shares: those of their owner, and those of a visitor who
// has a link. It accepts a link in each form in which people paste it.
package share
