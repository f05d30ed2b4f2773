// Package reports owns what visitors report about links, for the owner of the link and the operator.
//
// A visitor has one report on a link, and few in a day. It refuses a report that holds a secret, and
// keeps no address: visitors are pseudonyms, and nobody sees even those. Reporting needs no pass and works
// for a link that is paused, expired or suspended.
package reports
