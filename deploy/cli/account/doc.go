// Package account has the commands for who may use an installation: workspaces, people,
// invitations, keys and sessions. It keeps a session only in the file of package signedin,
// and prints a key only in the reply that created it.
package account
