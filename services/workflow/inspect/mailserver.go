package inspect

import (
	"errors"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

var errMailServer = errors.New("must be the host name of a mail server, like smtp.example.com, without a port or a path")

// mailServer is the canonical address of a mail server, "smtps://smtp.example.com:465". As in mail programs, the port
// determines TLS: from the first byte on 465, and with STARTTLS on any other. Without a server, the address is empty.
func mailServer(host string, port *plan.Argument) (string, error) {
	if host == "" {
		return "", nil
	}
	number := int64(465)
	if port != nil && port.Form == plan.Static {
		number, _ = port.Value.(int64)
	}
	scheme := smtp
	if number == 465 {
		scheme = smtps
	}
	address, err := canonical(scheme+"://"+host+":"+strconv.FormatInt(number, 10), mailPorts)
	if err != nil || strings.ContainsAny(host, ":/?") {
		return "", errMailServer
	}
	return address, nil
}
