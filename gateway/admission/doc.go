// Package admission decides, before a body is read, whether the request can lead
// anywhere: its link or workflow exists, and the page that sends it may run the link.
// The services decide again; it grants nothing.
package admission
