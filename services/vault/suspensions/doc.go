// Package suspensions owns what the operator has suspended: links, keys and workspaces, each with a
// reason that its owner and visitors read. Sharing asks for it and refuses links and charges.
//
// It refuses to suspend the operator's own workspace, and a reason that holds a secret.
package suspensions
