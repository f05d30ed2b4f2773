// Package revocation ends what a right allowed. It owns the messages by which the replicas of the vault
// tell each other that a row changed or a right ended, and the calls that are running, by the rights that
// they rest on.
//
// It does not decide that a right has ended: its callers write that to the database first. So a message
// that is lost delays the others, by 250 ms for a running call and by the age of a cached row, and loses
// nothing.
package revocation
