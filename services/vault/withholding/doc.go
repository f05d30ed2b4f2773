// Package withholding owns the judgement of texts that may hold a hidden value, and what follows: it withholds the
// text, suspends the share and tells the owner. It keeps the compiled guards.
//
// It refuses to let a run continue that was the reason for a suspension before the suspension is in force on every
// replica, and it gives a visitor no error by which a withheld answer differs from a failed provider.
package withholding
