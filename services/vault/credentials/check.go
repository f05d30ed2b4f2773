package credentials

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

// setValue checks a value and sets the fields that depend on it: its fingerprints, and whether it can be guarded.
func (s *Credentials) setValue(c *Credential, value secret.Secret) error {
	if why := secret.WhyInvalid(value.Expose()); why != "" {
		return badValue(why)
	}
	if err := c.checkProtocol(); err != nil {
		return err
	}
	slot := c.Place().With(value)
	if err := slot.Check(); err != nil {
		return badValue(err.Error())
	}
	if slot.Kind == egress.Address && !slices.Equal(c.Hosts, HostOf(value)) {
		return badValue("it is an address, so the credential must have one host, that of the address")
	}
	c.Fingerprint = s.kek.Fingerprint(c.workspace, value)
	c.Body = s.kek.Fingerprint(c.workspace, guard.Body(slot.Hidden()))
	c.Guardable = guard.Guardable(slot.Hidden()) == nil
	return nil
}

// leastSought is the shortest value that is looked for in public fields, in bytes.
const leastSought = 8

// checkPublicFields refuses a secret in a field that is public.
func checkPublicFields(cid string, from *vaultv1.Credential, value secret.Secret) error {
	gate, v := leak.NewGate(), string(value.Expose())
	for _, public := range []struct{ field, text string }{
		{"credential_id", cid},
		{"credential.title", from.GetTitle()},
		{"credential.provider", from.GetProvider()},
		{"credential.slot_name", from.GetSlotName()},
		{"credential.slot_prefix", from.GetSlotPrefix()},
	} {
		if len(v) >= leastSought && strings.Contains(public.text, v) {
			return errs.InvalidArgument("%s contains the value of the credential, and is public; put the secret in the value only", public.field).WithReason(errorsv1.Reason_REASON_LITERAL_SECRET).
				Field(public.field, "contains the value")
		}
		gate.Text(public.field, public.text)
	}
	for i, host := range from.GetHosts() {
		gate.Text("credential.hosts["+strconv.Itoa(i)+"]", host)
	}
	return gate.Err()
}

// HostOf is the destination of a value that is an address, as a list of one. It is nil for any other value.
func HostOf(value secret.Secret) []string {
	d, err := egress.DestinationOf(string(value.Expose()))
	if err != nil {
		return nil
	}
	return []string{d.String()}
}

func badValue(why string) error {
	return errs.InvalidArgument("the credential's value cannot be stored: %s", why).
		Field("credential.value", why)
}

// destinations returns the canonical forms of hosts, or the hosts of a known provider if none are given. It refuses a
// host that the operator's rules do not allow.
func (s *Credentials) destinations(providerName string, slot Place, hosts []string) ([]string, error) {
	if len(hosts) == 0 {
		hosts = knownProvider(providerName).hosts
	}
	if len(hosts) == 0 {
		return nil, errs.InvalidArgument("hosts are required, because %q is not a known provider", providerName).
			Field("credential.hosts", "required")
	}
	var out []string
	for _, h := range hosts {
		d, err := s.Destination(withScheme(slot, h))
		if err != nil {
			return nil, errs.InvalidArgument("the credential cannot go to %q: %s", h, err.Error()).WithReason(errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED).Field("credential.hosts", err.Error())
		}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out, nil
}

// Destination returns the canonical form of a host. "api.example.com" means https.
func (s *Credentials) Destination(host string) (string, error) {
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	d, err := egress.ParseDestination(strings.TrimSuffix(host, "/"))
	if err != nil {
		return "", err
	}
	return d.String(), s.rules.Check(d)
}

// withScheme adds the scheme that a host of a mail server is mostly written without. On another port than 465 it starts
// TLS later.
func withScheme(slot Place, host string) string {
	if slot.kind != vaultv1.SlotKind_SLOT_KIND_SMTP || strings.Contains(host, "://") {
		return host
	}
	if _, port, ok := strings.Cut(host, ":"); ok && strings.TrimSuffix(port, "/") != "465" {
		return "smtp://" + host
	}
	return "smtps://" + host
}

// checkProtocol refuses the password of a mail server for another host, and another secret for a mail server.
func (c *Credential) checkProtocol() error {
	mail := vaultv1.SlotKind(c.slotKind) == vaultv1.SlotKind_SLOT_KIND_SMTP
	for _, h := range c.Hosts {
		d, err := egress.ParseDestination(h)
		if err == nil && d.IsMail() == mail {
			continue
		}
		what := "a mail server takes a credential with the slot SMTP only"
		if mail {
			what = "the password of a mail server goes to one: smtps://smtp.example.com:465, or smtp://smtp.example.com:587 for STARTTLS"
		}
		return errs.InvalidArgument("the credential cannot go to %q: %s", h, what).WithReason(errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED).Field("credential.hosts", what)
	}
	return nil
}

func checkedSlot(providerName string, p Place) (Place, error) {
	p, err := CompleteSlot(providerName, p)
	if err == nil {
		err = p.With(secret.Secret{}).CheckPlace() // setValue checks the form of the value
	}
	if err != nil {
		return p, errs.InvalidArgument("the credential's slot is not usable: %s", err.Error()).
			Field("credential.slot_name", err.Error())
	}
	return p, nil
}
