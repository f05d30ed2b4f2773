// Package page makes page tokens. A token holds the position in a listing. It is encrypted,
// so that a client can neither read nor change it, and bound to its request, so that
// another parent, filter or workspace refuses it.
package page
