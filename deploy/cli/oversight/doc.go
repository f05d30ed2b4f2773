// Package oversight has the commands for what visitors report about links, and for what an operator
// suspends.
package oversight
