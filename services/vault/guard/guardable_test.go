package guard

import (
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Typical passwords of people are refused. Random keys and passwords are accepted.
func TestGuardableTellsWordsFromKeys(t *testing.T) {
	t.Parallel()
	for s, taken := range map[string]bool{
		"correct horse battery staple": false, "CorrectHorseBatteryStaple1": false, "Summer2024!Holiday": false, "P@ssw0rd1234567890": false, "letmein-please-2023": false,
		"the-quick-brown-fox-jumps": false, "MyCompanyName_Prod_2024": false, "iloveyouiloveyou1234": false, "administrator-password": false, "postgres_password_prod": false,
		"changeme-changeme-change": false, "Tr0ub4dor&3": false, "qwertyuiopasdfghjkl": false, "1234567890123456": false, "aaaaaaaaaaaaaaaaaaaaaaaa": false,
		"blue-monkey-river-castle": false, "secret-token-for-testing": false, "Winter is coming 2025": false,
		"xK9#mQ2$vL7&nP4@wR8!": true, "7f3a9c2e5b8d1f4a6c0e9b3d5f7a1c8e": true, "ghp_a8Kd02Lm4Nq6Rt8Vx1Zb3Df5Hj7Kp9Ms2Qw4": true, "Zk3vQ9xT7bLm2Wc8RfYh5NpJ": true,
		"3fa85f64-5717-4562-b3fc-2c963f66afa6": true, "sk_live_9aKq3LmZ7xWv2TbN8cRf5Ypd": true, "vR7!pQ2z#Lk9@Xw4mB": true, "JBSWY3DPEHPK3PXPMZXW6YTB": true,
		"wJalrXUtnFEMIK7MDENGbPxRfiCYq8ZkT3vHs0Lp": true, "AIzaSyD9xK2mQ7vL4nP8wR3tZ6bF1hJ5cX0yUeG": true, "hf_QmZkTxWvLpRnBcDfGhJkMsAq7eYuIo": true, "9d2Vb-Lq7Xw_Zt4Kp1Ns8Rm": true,
	} {
		if err := Guardable(secret.FromString(s)); (err == nil) != taken {
			t.Errorf("%q: %v, want taken %v", s, err, taken)
		}
	}
}

// Random keys that have words by chance, in half of their characters, are still taken.
func TestRandomKeysWithWordsAreGuardable(t *testing.T) {
	t.Parallel()
	keys := []string{
		"sk-canary-huBQC5QZCADQB4ig5M5JMPU62KhjoolAhbMwDcbod788Fa8j", "sk-canary-ilshthsCblS9VDeudkcPhERgNodealCQbDWPRurD3QVfS721",
		"sk-canary-xjeuiQZEANBcnlFsC36QDptibM6QNT7CftRPxnie7I4rodwo", "sk-canary-JpgmITHINUxqGint8AEG9Ge6tBtdr6UUw2gEA3cDcbQvLPAN",
	}
	rnd := rand.New(rand.NewPCG(8, 8))
	for range 4000 {
		keys = append(keys, "sk-canary-"+draw(rnd, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 48))
	}
	for _, s := range keys {
		if err := Guardable(secret.FromString(s)); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// A secret with more lanes than an index holds is refused, not ignored.
func TestTooManySecretsAreRefused(t *testing.T) {
	t.Parallel()
	var list []secret.Secret
	for seed := range uint64(1200) {
		list = append(list, secret.FromString(attackKeys(seed)[3].body))
	}
	if _, err := New(list...); err == nil {
		t.Error("1200 secrets are taken together")
	}
}
