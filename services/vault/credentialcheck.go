package vault

import (
	"slices"
	"strconv"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// setValue checks a value and writes down what may be known of it.
func (s *Service) setValue(c *credential, value secret.Secret) error {
	if why := secret.Unfit(value.Expose()); why != "" {
		return badValue(why)
	}
	slot := c.place().with(value)
	if err := slot.Check(); err != nil {
		return badValue(err.Error())
	}
	if slot.Kind == egress.Address && !slices.Equal(c.hosts, hostOf(value)) {
		return badValue("it is an address, so the credential's one host is the address's")
	}
	c.fingerprint = s.kek.Fingerprint(c.workspace, value)
	c.guardable = guard.Guardable(slot.Hidden()) == nil
	return nil
}

// publicCredential refuses a secret in the parts of a credential that are shown: the value
// has one place.
func publicCredential(cid string, from *vaultv1.Credential, value secret.Secret) error {
	if v := string(value.Expose()); len(v) >= 8 && strings.Contains(cid+"\n"+from.GetTitle(), v) {
		return errs.InvalidArgument(errorsv1.Reason_REASON_LITERAL_SECRET,
			"the credential's id or title holds its value, and both are shown; send it as the value alone").
			Field("credential.title", "holds the value")
	}
	gate := leak.NewGate().Text("credential_id", cid).Text("credential.title", from.GetTitle()).
		Text("credential.provider", from.GetProvider()).Text("credential.slot_name", from.GetSlotName())
	for i, host := range from.GetHosts() {
		gate.Text("credential.hosts["+strconv.Itoa(i)+"]", host)
	}
	return gate.Err()
}

// hostOf is the destination of a value that is an address; nil for any other.
func hostOf(value secret.Secret) []string {
	d, err := egress.DestinationOf(string(value.Expose()))
	if err != nil {
		return nil
	}
	return []string{d.String()}
}

func badValue(why string) error {
	return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the credential's value cannot be stored: %s", why).
		Field("credential.value", why)
}

// destinations are the canonical forms of hosts; the provider's own where none
// are given. Each must be one that the operator lets be called.
func (s *Service) destinations(providerName string, hosts []string) ([]string, error) {
	if len(hosts) == 0 {
		hosts = knownProvider(providerName).hosts
	}
	if len(hosts) == 0 {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST,
			"say where the credential may go: %q is not a provider whose destinations are known", providerName).
			Field("credential.hosts", "required")
	}
	var out []string
	for _, h := range hosts {
		d, err := s.destination(h)
		if err != nil {
			return nil, errs.InvalidArgument(errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED,
				"the credential cannot go to %q: %s", h, err.Error()).Field("credential.hosts", err.Error())
		}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out, nil
}

// destination parses one host. "api.example.com" is taken for https.
func (s *Service) destination(host string) (string, error) {
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	d, err := egress.ParseDestination(strings.TrimSuffix(host, "/"))
	if err != nil {
		return "", err
	}
	return d.String(), s.rules.Check(d)
}

func checkedSlot(providerName string, p slotPlace) (slotPlace, error) {
	p, err := completeSlot(providerName, p)
	if err == nil {
		err = p.with(secret.Secret{}).CheckPlace() // the value's own form is checked by setValue
	}
	if err != nil {
		return p, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the credential's slot is not usable: %s", err.Error()).
			Field("credential.slot_name", err.Error())
	}
	return p, nil
}
