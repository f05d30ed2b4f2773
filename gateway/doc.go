// Package gateway is the HTTP edge. It wires its packages and chooses by the path who
// serves a request:
//
//	/v1                     api, over strict decoding
//	/s, /embed, /assets     pages
//	/{ws}/workflows/{wf}    roboflow, and the other paths of Roboflow's clients
//
// All of them use auth to find out who calls, admission to refuse early, intake to read
// bodies and reply to answer. middleware and outgo wrap every request.
//
// The gateway keeps no state except caches, decides nothing about rights, and calls the
// services like any other client: their interceptors check each call.
package gateway
