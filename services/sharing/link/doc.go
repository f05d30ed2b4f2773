// Package link makes the tokens of share links and the pseudonyms of their visitors.
// No other package holds the link key.
//
// What it refuses: to store anything. A token is derived from the share and the epoch
// of its link, so no table holds it, and rotating a link changes the epoch. Losing the
// link key breaks every existing link.
package link
