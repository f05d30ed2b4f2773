// Package replicas finds the replicas of a service behind one name, and keeps calls away from
// those that do not answer.
//
// gRPC's own DNS resolver asks again only after a connection ends, so a new replica gets no
// calls, and its keepalive finds a hung replica after 13 s at the earliest. This resolver asks
// DNS every few seconds and probes each replica. It is a passive part of a connection: calls
// are spread over the replicas that it lists, and one that leaves the list finishes its calls.
//
// It never empties the list: if no replica answers, calls go to all of them and get the error.
package replicas
