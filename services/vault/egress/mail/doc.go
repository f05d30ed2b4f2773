// Package mail sends e-mail for runs: SMTP submission (RFC 6409) with AUTH, over TLS.
//
// The rules, and where they are:
//
//   - A call has the form of a call of package egress: the URL is the mail server (smtps://host:465 or
//     smtp://host:587), two headers are the envelope, and the body is the message (request.go).
//   - Names and addresses pass the rules of egress, and the connection goes to an address that was checked (client.go).
//   - The password is sent over TLS only. A server that does not offer STARTTLS gets none, except on a loopback
//     address that the operator lists (session.go).
//   - The message arrives as it was written. A line that two servers could read in two ways is refused, so no part of
//     a message can become a command (lines.go).
//   - Of an answer, only the code and the number of refused receivers get out, never its text: a server may repeat the
//     password in it (answer.go).
//   - A mail is sent once. Nothing is tried again, because the vault has one intent for one mail.
package mail
