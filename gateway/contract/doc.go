// Package contract reads the shared interface of a link: which JSON an input takes. It knows
// nothing of requests, decides no rights, and grants nothing: the services check every run.
package contract
