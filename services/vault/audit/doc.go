// Package audit owns the audit log: who did what with keys and credentials. Changes write their event in
// their own transaction. Uses of credentials are listed from their attempts.
//
// It refuses to let a stranger fill the log: of refused requests it writes a limited number for each
// workspace and counts the others. Writing a refusal never fails a request, which is refused already.
package audit
