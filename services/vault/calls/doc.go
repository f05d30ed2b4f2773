// Package calls owns handles: IssueHandle makes one, and Egress uses it for one outbound call.
//
// The states of a handle. The vault stores nothing before the handle is used. The row of the attempt, whose
// primary key is the attempt of a step, then makes a second use impossible.
//
//	issued ----> used: the row of the attempt is durable ----> ended: the row has an outcome
//	   |                  |
//	   |                  \--> not sent: the call is not made and does not count
//	   |--> refused: a right has ended since; an audit event tells the owner
//	   \--> expired: after two minutes, or with its run grant
//
// A call goes through these steps, in this order (see callWithCredentials):
//
//  1. register the call with revocation, so that a right that ends from now on ends the call;
//  2. check the handle against the call, then the rights that it rests on;
//  3. count the call and write its attempt;
//  4. open the credential, send the request, guard the answer;
//  5. write the outcome.
//
// The package refuses a call without a durable row that says who uses what, a handle that is used twice or for
// another call, and an answer that shows a hidden value. It cannot unseal: credentials and runs give it
// opened values.
package calls
