// Package public tells addresses and names of the public internet from those of networks that
// only an operator may allow: private, loopback, metadata and reserved ones. It looks no name up.
package public
