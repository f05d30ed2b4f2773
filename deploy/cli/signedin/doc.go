// Package signedin keeps the sessions of keyhole login, in a file that only its owner can
// read. It refuses a file that others can read, and gives the session of one installation to
// no other.
package signedin
