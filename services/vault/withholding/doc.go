// Package withholding owns the judgement of texts that may hold a hidden value, and what follows: it withholds the
// text, suspends the share and tells the owner. It keeps the compiled guards.
//
// The run that caused a suspension gets its error only after the suspension is in force on every replica. No error
// lets a visitor tell a withheld answer from a failed provider.
package withholding
