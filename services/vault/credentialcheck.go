package vault

import (
	"slices"
	"strings"
	"unicode/utf8"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// setValue checks a value and writes down what may be known of it.
func (s *Service) setValue(c *credential, value secret.Secret) error {
	if err := checkValue(value); err != nil {
		return err
	}
	slot := egress.Slot{Kind: egressKind(vaultv1.SlotKind(c.slotKind)), Name: c.slotName, Secret: value}
	if err := slot.Check(); err != nil {
		return badValue(err.Error())
	}
	c.fingerprint = s.kek.fingerprint(c.workspace, value)
	c.guardable = guard.Guardable(value) == nil
	return nil
}

// checkValue refuses what cannot be a secret: what no slot can carry, and what a
// form shows in place of one. The message never quotes it.
func checkValue(value secret.Secret) error {
	raw := value.Expose()
	switch {
	case len(raw) == 0:
		return badValue("it is empty")
	case !utf8.Valid(raw):
		return badValue("it is not text")
	case strings.TrimSpace(string(raw)) != string(raw):
		return badValue("it begins or ends with white space, which came along by mistake")
	case strings.ContainsFunc(string(raw), func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }):
		return badValue("it has control characters in it")
	case strings.Trim(string(raw), "*•·.xX-_ ") == "":
		return badValue("it is what a form shows in place of a secret")
	case string(raw) == "[secret]" || strings.HasPrefix(string(raw), "$credentials") || strings.HasPrefix(string(raw), "$inputs."):
		return badValue("it is a placeholder or a reference")
	}
	return nil
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

func checkedSlot(providerName string, kind vaultv1.SlotKind, name string) (vaultv1.SlotKind, string, error) {
	kind, name, err := completeSlot(providerName, kind, name)
	if err == nil {
		// Any value will do: the value's own form is checked by checkValue.
		err = (&egress.Slot{Kind: egressKind(kind), Name: name, Secret: secret.FromString("value")}).Check()
	}
	if err != nil {
		return kind, name, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the credential's slot is not usable: %s", err.Error()).
			Field("credential.slot_name", err.Error())
	}
	return kind, name, nil
}
