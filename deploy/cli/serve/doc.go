// Package serve runs all services in one process: it locks the data directory, opens the
// ports, and at the first start creates the public models and the demo. It refuses a data
// directory that another process uses. Package node wires the services.
package serve
