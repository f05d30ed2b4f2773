// Package fair shares a bounded resource between clients, so that none can take it from the
// others: places for runs, bytes of memory, worker processes.
//
// A client is a visitor of a tenant. A tenant never holds more than it leaves free, and a
// visitor never holds more than three quarters of what its tenant may hold. So one tenant
// gets at most half, two get a third each, and a tenant that holds nothing finds room
// immediately. Waiting requests are served round robin over tenants, and within a tenant
// over visitors, so the number of requests of one client does not matter.
//
// It does not know what it shares, and it starts no goroutine.
package fair
