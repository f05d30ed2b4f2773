// Package gate decides who may open a link, of those who have it.
//
// A Gate is what the row of a share stores: the hash of a password, and workspaces. A Link is a
// gate with the link that it stands before. Keeper.Admit is the only check: shares.Resolver calls
// it before it returns anything of a link. Keeper.Unlock exchanges what the gate asks for against
// a pass.
//
// A pass is a MAC over the share, the epoch of its link, the epoch of its gate, what its holder
// proved, and when it expires. No table holds passes. A new epoch of the link or of the gate ends
// all of them, on every replica that reads the row.
//
// What it refuses: to say before the gate more than the title of the link and what the gate asks
// for; to say which workspaces it names; to store a password; to take a pass for another link, for
// an earlier gate, or while the link is stopped.
package gate
