package credentials

import (
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// The party that sends a value decides where it may go. So value, provider, hosts and slot are one unit: a request
// that changes a part of the unit must contain the value. A changed unit is a new credential under the same id, with
// a new uid. Grants, handles and running calls name the uid, so those of the old unit are not valid for the new one.

// unitChanges lists the fields of a unit that differ, without the value.
func unitChanges(before, after Credential) []string {
	var fields []string
	for field, differs := range map[string]bool{
		"provider": before.provider != after.provider, "hosts": !sameSet(before.Hosts, after.Hosts),
		"slot_kind": before.slotKind != after.slotKind, "slot_name": before.slotName != after.slotName,
		"slot_prefix": before.slotPrefix != after.slotPrefix,
	} {
		if differs {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	return fields
}

// keepTogether refuses to change a unit without its value. Removing a host is a change too. A changed unit gets a
// new uid.
func keepTogether(before Credential, after *Credential, value secret.Secret) error {
	fields := unitChanges(before, *after)
	if len(fields) == 0 {
		return nil
	}
	if value.IsZero() {
		e := errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_VALUE_NEEDED,
			"to change %s of a credential, send its value again in the same request: a value goes only to hosts that were given with it", strings.Join(fields, ", "))
		for _, f := range fields {
			e = e.Field("credential."+f, "cannot change without the value")
		}
		return e
	}
	after.UID = id.New("crd")
	return nil
}

func sameSet(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}
