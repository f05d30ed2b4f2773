// Package intake reads whole request bodies into memory that all senders share fairly. It
// refuses a body that is compressed, too large or too slow, and one whose head shows that
// the request must fail. It does not interpret bodies.
package intake
