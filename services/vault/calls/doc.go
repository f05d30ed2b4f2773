// Package calls owns the two halves of a handle: IssueHandle makes it, and Egress uses it for one outbound call.
//
// It refuses a call without a durable row that says who uses what, a handle that is used twice or for another call
// than its own, and an answer that shows a hidden value. It cannot unseal: credentials and runs give it opened values.
package calls
