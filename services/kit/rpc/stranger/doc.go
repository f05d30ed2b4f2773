// Package stranger limits the clients of a server that are not services, by their address: the
// calls in progress, the bytes of messages, and the time in which a message must arrive or be
// taken.
//
// gRPC reads a whole message before any code of ours runs. So package stranger counts on the
// connection, before the caller is known. It does not limit services.
package stranger
