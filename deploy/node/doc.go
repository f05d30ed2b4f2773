// Package node puts all services into one process: what `keyhole serve` runs, and
// what end-to-end tests and benchmarks start.
//
// Each service has the two servers that it has by itself, on pipes instead of
// ports, and the others dial it as they always do: interceptors, access rules,
// deadlines and traces are those of production. The internal faces are on pipes
// alone, which no client can reach. One process is a convenience all the same,
// and no boundary between the services.
package node
