// Package sessions owns the sessions of people who signed in, and the one-time codes of sign-in links. A session
// acts with one key of a workspace.
//
// It refuses a session whose key was revoked: every query joins the row of the key. It refuses a session the right
// to make another session or a sign-in link, so that nothing outlives the end of a stolen one. A browser's session can
// approve a command line, whose session ends with it.
package sessions
