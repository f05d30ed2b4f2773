// Package redisx opens the Redis of a service, a server or a cluster, behind one go-redis
// client. Package embedded adds a server inside of the process.
//
// Make keys with Key. It puts the scope into the hash tag, so all keys of a scope are in
// one slot of a cluster. No operation may use two scopes.
package redisx
