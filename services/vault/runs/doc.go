// Package runs owns what the vault knows of a run: whether it has ended, and the credentials of its visitor.
//
// It refuses a credential that no slot of the run asks for, and one of a run that has ended. Such credentials are
// sealed with a key of their run, expire with its grant, and are never in the database.
package runs
