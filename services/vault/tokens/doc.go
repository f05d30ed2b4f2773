// Package tokens makes and recognises the texts of rights to sign in: keys, sessions and the codes of sign-in
// links. It refuses a text of one kind where another kind is asked for, before any query.
package tokens
