// Package revocation ends running calls when a right ends. It owns the messages between the replicas of the
// vault, which say that a row changed or a right ended, and the list of running calls by the rights that
// they rest on.
//
// It does not decide that a right has ended: its callers write that to the database first. So a message
// that is lost delays the others, by 250 ms for a running call and by the age of a cached row, and loses
// nothing.
package revocation
