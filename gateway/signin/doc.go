// Package signin signs browsers in and out. It exchanges a key or the code of a sign-in link for a cookie, and
// shows the token of a session to no script.
//
// It refuses pages of other sites, and plain HTTP except on loopback.
package signin
