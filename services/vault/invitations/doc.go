// Package invitations owns the rows of invitations to a workspace, which nobody has accepted yet. An invitation ends with
// the key that made it, and with that key's right to invite.
//
// It remembers which session made an invitation, so that who ends a stolen session can revoke what was invited with it. It
// refuses an invitation that was used, revoked, or made by a key that has ended. It stores no code, only a hash.
package invitations
