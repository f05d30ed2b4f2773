// Package access reads the access rule of each method from its proto, and checks calls against
// it: the peer, the role, and the workspace of the resource.
//
// A method without a rule has no access. Package access does not find out who is calling.
package access
