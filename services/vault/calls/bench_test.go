package calls

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sys/unix"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/vault/assertions"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/migrations"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/runs"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// BenchmarkHandle issues and uses a handle in process, up to the dial: grant checked,
// rights checked, call counted, intent durable, credential opened. For comparison:
// OpenBao's wrap and unwrap, 1475 pairs/s on the reference machine.
func BenchmarkHandle(b *testing.B) {
	for _, durable := range []bool{false, true} {
		for _, workers := range []int{16, 64} {
			b.Run(fmt.Sprintf("durable=%v/goroutines=%d", durable, workers), func(b *testing.B) {
				benchmarkHandle(b, durable, workers)
			})
		}
	}
}

func benchmarkHandle(b *testing.B, durable bool, workers int) {
	s, token := benchVault(b)
	if !durable {
		s.begin = func(context.Context, attempts.Attempt) (attempts.Beginning, error) { return attempts.Begun, nil }
	}
	ctx := caller.WithCall(context.Background(), "runner", "")
	var number atomic.Int32
	b.ResetTimer()
	cpu := cpuTime(b)
	start := time.Now()
	done := make(chan error, workers)
	var left atomic.Int64
	left.Store(int64(b.N))
	for range workers {
		go func() {
			for left.Add(-1) >= 0 {
				if err := pair(ctx, s, token, number.Add(1)); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range workers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "pairs/s")
	b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/float64(b.N), "cpu-µs/pair")
}

func pair(ctx context.Context, s *InternalHandlers, token string, number int32) error {
	res, err := s.IssueHandle(ctx, &vaultinternalv1.IssueHandleRequest{Grant: token, Step: "llm", Field: "api_key", Attempt: number})
	if err != nil {
		return err
	}
	h, err := s.open(res.GetHandle())
	if err != nil {
		return err
	}
	if err := s.checkBinding(h, "runner", "https://api.openai.com/v1/chat/completions"); err != nil {
		return err
	}
	if err := s.checkRights(ctx, h); err != nil {
		return err
	}
	if _, err := s.beginCall(ctx, h); err != nil {
		return err
	}
	slots, _, err := s.openSlots(ctx, []*handle{h})
	destroy(slots)
	return err
}

// benchVault is a vault with one share with hidden credentials, and a run grant for it.
func benchVault(b *testing.B) (*InternalHandlers, string) {
	b.Helper()
	ctx := context.Background()
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	db, err := sqldb.Open(ctx, testkit.SQLite(b), migrations.Files, sqldb.Options{})
	check(err)
	b.Cleanup(func() { _ = db.Close() })
	redis, err := embedded.Open(ctx, "embedded:", "vault")
	check(err)
	b.Cleanup(func() { _ = redis.Close() })
	ca := testkit.Authority(b)
	own := testkit.Identity(b, ca, "vault")
	kek, err := envelope.OpenFile(filepath.Join(b.TempDir(), "kek"))
	check(err)
	derived := func(purpose string) secret.Secret {
		key, err := kek.Derive(purpose, "")
		check(err)
		return key
	}
	count := func() *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "x"}, []string{"x"})
	}
	rules, err := egress.ParseRules(nil, false)
	check(err)
	pages, err := page.New(derived("page tokens"))
	check(err)
	running, uses := revocation.NewRunning(), attempts.NewStore(db)
	bus := revocation.NewBus(redis, testkit.Silence(), running)
	log := audit.New(db, uses, testkit.Silence(), time.Now, count())
	tenants := workspaces.NewStore(db)
	all := keys.New(db, tenants, log, bus, time.Now)
	check(all.CreateOperatorWorkspace(ctx, &vaultv1.Budget{Runs: 200, Period: vaultv1.Period_PERIOD_DAY}))
	secrets := credentials.New(credentials.Deps{
		DB: db, Workspaces: tenants, Log: log, Bus: bus, KEK: kek, Sealer: envelope.NewSealer(kek, db), Rules: rules, Now: time.Now,
	})
	memory := exposure.New(db, derived("fingerprint"), time.Now)
	grants := credentialgrants.New(credentialgrants.Deps{
		DB: db, Redis: redis, Credentials: secrets, Uses: uses, Memory: memory, Log: log, Bus: bus, Now: time.Now,
	})
	judge := withholding.New(withholding.Deps{
		DB: db, Credentials: secrets, Memory: memory, Events: log, Bus: bus, Logger: testkit.Silence(), Now: time.Now, Refused: count(),
	})
	s := NewInternalHandlers(Deps{
		Verifier: own.Verifier(), Logger: testkit.Silence(), Now: time.Now, HandleKey: derived("handle"), Keys: all,
		Assertions: assertions.New(all, sessions.New(db, log, bus, time.Now), own, derived("assertion"), bus, time.Now, count()), Credentials: secrets, Grants: grants,
		Runs: runs.New(runs.Deps{
			Redis: redis, Verifier: own.Verifier(), KEK: kek, Attempts: uses, Bus: bus, Judge: judge, Now: time.Now,
		}),
		Memory: memory, Judge: judge, Running: running, Attempts: uses, Audit: log, Refused: count(), Outcomes: count(),
	})
	share := "workspaces/operator/workflows/w/shares/s"
	member := caller.With(ctx, caller.Principal{Kind: caller.Member, Workspace: workspaces.Operator, Key: "workspaces/operator/keys/k"})
	hash := strings.Repeat("a", 64)
	c, err := credentials.NewHandlers(secrets, pages).CreateCredential(member, &vaultv1.CreateCredentialRequest{
		Parent: "workspaces/operator", CredentialId: "llm",
		Credential: &vaultv1.Credential{Provider: "openai", Value: "sk-proj-Vq7ZmX2kTfLw9RbN4cHyD8sJgEa3UoPi6tKx"},
	})
	check(err)
	_, err = credentialgrants.NewInternalHandlers(grants).PutCredentialGrant(member, &vaultinternalv1.PutCredentialGrantRequest{
		Share: share, VersionHash: hash, Calls: 1e9,
		Slots: []*vaultinternalv1.GrantedSlot{{Step: "llm", Field: "api_key", Credential: "llm", Destination: "https://api.openai.com"}},
	})
	check(err)
	token, err := grant.Sign(testkit.Identity(b, ca, grant.Issuer), grant.Claims{
		Run: id.New("run"), Workspace: workspaces.Operator, Share: share, VersionHash: hash, ChargedKey: keys.Name(workspaces.Operator, keys.Guest),
		Peer: "runner", IssuedAt: time.Now().Unix(), Expiry: time.Now().Add(time.Hour).Unix(), Limits: grant.Limits{Attempts: 1 << 30},
		Slots: []grant.Slot{{Step: "llm", Field: "api_key", Credential: c.GetName(), Destination: "https://api.openai.com:443"}},
	})
	check(err)
	return s, token
}

// cpuTime returns the processor time of the process, which other work on the machine does
// not change.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
