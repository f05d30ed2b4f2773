package identity

import (
	"fmt"
	"regexp"

	"github.com/spiffe/go-spiffe/v2/spiffeid"
)

// TrustDomain is the domain of all ids of an installation.
const TrustDomain = "keyhole"

var (
	trustDomain = spiffeid.RequireTrustDomainFromString(TrustDomain)
	serviceName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
)

// serviceOf returns the service name in an id of this trust domain.
func serviceOf(id spiffeid.ID) (string, error) {
	if id.TrustDomain() != trustDomain || len(id.Path()) < 2 || !serviceName.MatchString(id.Path()[1:]) {
		return "", fmt.Errorf("%q is not the id of a service: want spiffe://%s/<service>", id, TrustDomain)
	}
	return id.Path()[1:], nil
}
