// Package show prints replies of the HTTP API: tables and plain words for people, and exact
// JSON for scripts. It drops control characters, because a reply holds text of strangers
// that could drive a terminal. It makes no requests.
package show
