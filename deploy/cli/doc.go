// Package cli is what the client commands of keyhole share: the flags of the connection and
// of pages, the requests, and changes of single fields. The packages below have the commands,
// one package for each kind of resource. Each has a type Commands or a type for each command.
//
// Commands know only the HTTP API of an installation, through deploy/client. They open no
// database and import no service, except serve, which runs them all. No command takes a
// secret value as an argument.
package cli
