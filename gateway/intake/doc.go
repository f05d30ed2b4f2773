// Package intake reads request bodies whole, into memory that all senders share
// fairly. It refuses a body that is compressed, too large or too slow, and one whose
// head shows that it cannot lead anywhere. It does not look at what a body says.
package intake
