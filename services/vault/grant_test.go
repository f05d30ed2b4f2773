package vault_test

import (
	"context"
	"testing"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// A grant that is listed as covered stays when the others are withdrawn.
func TestOnlyWhatIsNotCoveredIsWithdrawn(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		for name, c := range map[string]struct {
			unless *vaultinternalv1.CoveredGrant
			stays  bool
		}{
			"nothing covered": {nil, false},
			"covered":         {&vaultinternalv1.CoveredGrant{VersionHash: hash, Calls: 10, Period: vaultv1.Period_PERIOD_MONTH}, true},
			"other calls":     {&vaultinternalv1.CoveredGrant{VersionHash: hash, Calls: 9, Period: vaultv1.Period_PERIOD_MONTH}, false},
			"other period":    {&vaultinternalv1.CoveredGrant{VersionHash: hash, Calls: 10, Period: vaultv1.Period_PERIOD_DAY}, false},
			"other choice":    {&vaultinternalv1.CoveredGrant{VersionHash: hash, Calls: 10, Period: vaultv1.Period_PERIOD_MONTH, Choice: "another"}, false},
			"other version":   {&vaultinternalv1.CoveredGrant{VersionHash: hash[1:] + "b", Calls: 10, Period: vaultv1.Period_PERIOD_MONTH}, false},
		} {
			n.open(t, 10)
			for range 2 { // again, it changes nothing
				out, err := r.sharer.DeleteCredentialGrant(context.Background(), &vaultinternalv1.DeleteCredentialGrantRequest{Share: n.share(), Unless: c.unless})
				must(t, err)
				got, err := r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.share()})
				must(t, err)
				if got.GetExists() != c.stays || out.GetSuspended() {
					t.Errorf("%s: it stays: %v, it was suspended: %v", name, got.GetExists(), out.GetSuspended())
				}
			}
		}
	})
}
