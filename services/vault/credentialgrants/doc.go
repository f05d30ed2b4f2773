// Package credentialgrants owns what the runs of a share may use: which credential in which slot of which version,
// to which destination, and how many calls. It counts the calls. A run grant (kit/grant) is something else: it says
// what one run may do.
//
// The states of a grant. Each arrow is one durable write.
//
//	none ----> active <----> suspended: by the guard; the owner resumes it
//	             |               |
//	             \---------------+----> withdrawn: the row is deleted, and calls that use it end
//
// An active grant also refuses calls, without a write, while its calls of the period are used up, while a
// credential has changed since the owner confirmed it, and while the value of a credential is exposed.
//
// It refuses to write a grant without the assertion of a member, to grant an exposed value, and to let a hidden
// credential go to an unknown destination without the owner's confirmation.
package credentialgrants
