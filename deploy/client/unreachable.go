package client

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// unreachable says why an installation cannot be called, for the person at the client. It
// leaves out the path of the request, which can hold a token.
func unreachable(base string, err error) error {
	var unknown *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("no Keyhole answers at %s (connection refused); start it, or name another address with --http", base)
	case errors.As(err, &unknown):
		return fmt.Errorf("the host of %s is unknown; name another address with --http", base)
	}
	return fmt.Errorf("call %s: %w", base, errors.Unwrap(err))
}
