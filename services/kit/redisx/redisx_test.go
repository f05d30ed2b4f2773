package redisx_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc/codes"
	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func open(t testing.TB, url, prefix string) *redisx.Client {
	t.Helper()
	c, err := embedded.Open(context.Background(), url, prefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestCommands(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		ctx := t.Context()
		c := open(t, url, "test")
		if err := c.Get(ctx, c.Key("a", "none")).Err(); !errors.Is(redisx.Error(err), redis.Nil) {
			t.Errorf("a missing key: %v", err)
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				// All keys of a scope are in one slot, so a transaction works on a cluster
				// too.
				_, err := c.TxPipelined(ctx, func(p redis.Pipeliner) error {
					p.Incr(ctx, c.Key("key 1", "runs"))
					p.HIncrBy(ctx, c.Key("key 1", "by:share"), "s", 2)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n, err := c.Get(ctx, c.Key("key 1", "runs")).Int()
		if m, err2 := c.HGet(ctx, c.Key("key 1", "by:share"), "s").Int(); n != 20 || m != 40 {
			t.Errorf("%d, %d, %v, %v", n, m, err, err2)
		}
	})
}

func TestKeysExpire(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		c := open(t, url, "test")
		start := time.Now()
		if err := c.Set(ctx, c.Key("a"), "v", 300*time.Millisecond).Err(); err != nil {
			t.Fatal(err)
		}
		if ttl := c.PTTL(ctx, c.Key("a")).Val(); ttl <= 0 || ttl > 300*time.Millisecond {
			t.Errorf("TTL %v", ttl)
		}
		for c.Exists(ctx, c.Key("a")).Val() == 1 {
			if ctx.Err() != nil {
				t.Fatal("it never expired")
			}
			time.Sleep(10 * time.Millisecond) // the server's clock is real
		}
		// The clock of the embedded server moves in steps. A key ages by the whole step in
		// which it is written.
		if early := 300*time.Millisecond - time.Since(start); early > 200*time.Millisecond {
			t.Errorf("gone %v too early", early)
		}
	})
}

func TestMessagesReachSubscribers(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		ctx := t.Context()
		c := open(t, url, "test")
		sub := c.Subscribe(ctx, c.Channel("revoked"))
		defer func() { _ = sub.Close() }()
		if _, err := sub.Receive(ctx); err != nil { // the confirmation
			t.Fatal(err)
		}
		if err := c.Publish(ctx, c.Channel("revoked"), "k1").Err(); err != nil {
			t.Fatal(err)
		}
		select {
		case m := <-sub.Channel():
			if m.Payload != "k1" {
				t.Errorf("got %q", m.Payload)
			}
		case <-time.After(10 * time.Second):
			t.Error("no message")
		}
	})
}

func TestEmbeddedServersAreApart(t *testing.T) {
	t.Parallel()
	one, two := open(t, "embedded:", "test"), open(t, "embedded:", "test")
	if err := one.Set(t.Context(), one.Key("a"), "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n := two.Exists(t.Context(), two.Key("a")).Val(); n != 0 {
		t.Error("two embedded servers are one")
	}
}

// Different names give different keys, and only the scope decides on the slot.
func TestKeyLaws(t *testing.T) {
	t.Parallel()
	c := open(t, "embedded:", "test")
	text := rapid.StringOf(rapid.SampledFrom([]rune("ab:{}%/é")))
	rapid.Check(t, func(t *rapid.T) {
		names := func(label string) (string, []string) {
			return text.Draw(t, label), rapid.SliceOfN(text, 0, 3).Draw(t, label+" parts")
		}
		s1, p1 := names("one")
		s2, p2 := names("two")
		k1, k2 := c.Key(s1, p1...), c.Key(s2, p2...)
		same := s1 == s2 && fmt.Sprintf("%q", p1) == fmt.Sprintf("%q", p2)
		if (k1 == k2) != same {
			t.Fatalf("%q %q and %q %q: %s, %s", s1, p1, s2, p2, k1, k2)
		}
		if tag1, tag2 := hashTag(k1), hashTag(k2); s1 != "" && s2 != "" && (tag1 == tag2) != (s1 == s2) {
			t.Fatalf("scopes %q and %q have tags %q and %q", s1, s2, tag1, tag2)
		}
	})
}

// hashTag returns the part of a key that the cluster specification hashes.
func hashTag(key string) string {
	_, rest, ok := strings.Cut(key, "{")
	if !ok {
		return key
	}
	tag, _, ok := strings.Cut(rest, "}")
	if !ok || tag == "" {
		return key
	}
	return tag
}

func TestOutageIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"redis://127.0.0.1:1", "redis+cluster://127.0.0.1:1"} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := embedded.Open(ctx, url, "test")
		if errs.CodeOf(err) != codes.Unavailable {
			t.Errorf("%s: %v", url, err)
		}
		cancel()
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := open(t, "embedded:", "test")
	cancel()
	if err := redisx.Error(c.Ping(ctx).Err()); errs.CodeOf(err) != codes.Canceled {
		t.Errorf("a cancelled command: %v", err)
	}
	if redisx.Error(nil) != nil {
		t.Error("no error is one")
	}
}

func TestBadURLsAndPrefixes(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "memory:", "redis://u:hunter2@h:x/0", "redis+cluster://u:hunter2@h:x", "http://h", "redis://u:hunter2@127.0.0.1:1/zzz"} {
		c, err := embedded.Open(t.Context(), url, "test")
		if err == nil {
			t.Errorf("%q: opened: %v", url, c.Close())
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	for _, prefix := range []string{"", "a:b", "{a}", "}"} {
		if _, err := embedded.Open(t.Context(), "embedded:", prefix); err == nil {
			t.Errorf("prefix %q is accepted", prefix)
		}
	}
}

func TestTracesHaveNoCommandText(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	c, err := embedded.Open(t.Context(), "embedded:", "test", redisx.WithTracing(trace.NewTracerProvider(trace.WithSyncer(spans))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Set(t.Context(), c.Key("canary-key"), "canary-value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	// Redis quotes arguments in this error.
	if err := c.Do(t.Context(), "nosuchcommand", "canary-argument").Err(); err == nil {
		t.Fatal("Redis has a command of this name")
	}
	got := spans.GetSpans()
	if len(got) < 2 {
		t.Fatalf("%d spans", len(got))
	}
	if out := fmt.Sprintf("%+v", got.Snapshots()); strings.Contains(out, "canary") {
		t.Errorf("a span shows the command: %s", out)
	}
	for _, s := range got {
		if out := fmt.Sprint(s.Name, s.Attributes, s.Events, s.Status); strings.Contains(out, "canary") {
			t.Errorf("a span shows the command: %s", out)
		}
	}
}

func BenchmarkIncr(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{
		"embedded": func(testing.TB) string { return "embedded:" }, "redis": testkit.Redis, "cluster": testkit.RedisCluster,
	} {
		b.Run(name, func(b *testing.B) {
			c := open(b, url(b), "bench")
			key := c.Key("hot")
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := c.Incr(context.Background(), key).Err(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
