// Package attempts owns the durable record of each use of a credential: its intent, written before the
// call, its outcome, and the mark that a run has ended.
//
// It refuses a second intent for the same attempt of a step, and it reports an intent that came after the
// end of its run. A caller that gets an error or such a report must not make the call.
package attempts
