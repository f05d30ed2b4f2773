// Package credentialgrants owns what the runs of a share may use: which credential in which slot of which version,
// to which destination, and how many calls. It counts the calls. A run grant (kit/grant) is something else: it says
// what one run may do.
//
// It refuses to write a grant without the assertion of a member, to grant an exposed value, and to let a hidden
// credential go to an unknown destination without the owner's confirmation.
package credentialgrants
