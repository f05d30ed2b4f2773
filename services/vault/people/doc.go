// Package people owns who works in a workspace: its people, with a role each, the invitations that let them join, and
// the visitors who create a workspace of their own.
//
// A person acts with keys of their own, which have the rights of the role that the person has now and end with the
// person. The package refuses to let anybody change their own role, to leave a workspace without an owner, and to let
// an invitation outlive the right of its maker.
package people
