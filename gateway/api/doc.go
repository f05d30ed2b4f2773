// Package api serves /v1: grpc-gateway over the public endpoints of the services, the
// upload of models, and streams of runs. It passes no header of a client to a service
// except the trace, and no metadata of a service to a client.
package api
