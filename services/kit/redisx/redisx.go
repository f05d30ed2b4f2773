package redisx

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Client is a Redis client with the service's key prefix.
type Client struct {
	redis.UniversalClient
	prefix string
	stop   func() // ends the server of the client; nil for none
	// coalescer is nil for a cluster, because a node that does not answer would delay
	// callers of other nodes.
	coalescer *coalescer
}

// Option changes how Open connects.
type Option func(*settings)

type settings struct {
	tracer trace.TracerProvider
}

// WithTracing makes a span for each command. The span has the command's name but not its
// arguments.
func WithTracing(p trace.TracerProvider) Option {
	return func(s *settings) { s.tracer = p }
}

// Open connects and pings. The URL is "redis://" or "rediss://" (TLS) for a server, or
// "redis+cluster://" or "rediss+cluster://" for a cluster, with more nodes as
// "?addr=host:port". The prefix separates services on one server. Close it.
func Open(ctx context.Context, rawURL, prefix string, opts ...Option) (*Client, error) {
	client, err := connect(rawURL)
	if err != nil {
		return nil, err
	}
	c, err := New(ctx, client, nil, prefix, opts...)
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return c, nil
}

// New pings a connected client and gives it the prefix. Closing the result closes the client
// and then calls stop, which may be nil. If New fails, the caller keeps both.
func New(ctx context.Context, client redis.UniversalClient, stop func(), prefix string, opts ...Option) (*Client, error) {
	if prefix == "" || strings.ContainsAny(prefix, "{}:") {
		return nil, fmt.Errorf("redis key prefix %q: want a name without braces and colons", prefix)
	}
	var set settings
	for _, o := range opts {
		o(&set)
	}
	c := &Client{UniversalClient: client, prefix: prefix, stop: stop}
	if err := c.prepare(ctx, set); err != nil {
		return nil, err
	}
	if _, one := c.UniversalClient.(*redis.Client); one {
		c.coalescer = newCoalescer(c.exec)
	}
	return c, nil
}

func (c *Client) prepare(ctx context.Context, set settings) error {
	if set.tracer != nil {
		c.AddHook(newTracing(set.tracer))
	}
	if err := c.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("connect to redis: %w", Error(err))
	}
	return nil
}

func connect(rawURL string) (redis.UniversalClient, error) {
	switch scheme, _, _ := strings.Cut(rawURL, ":"); scheme {
	case "redis", "rediss":
		o, err := redis.ParseURL(rawURL)
		if err != nil { // its text may quote the password
			return nil, errors.New("the redis URL cannot be parsed")
		}
		tune(&o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, o.TLSConfig)
		giveUp(&o.MaxRetries, &o.DialerRetries)
		o.ContextTimeoutEnabled, o.DisableIdentity = true, true
		return redis.NewClient(o), nil
	case "redis+cluster", "rediss+cluster":
		o, err := redis.ParseClusterURL(strings.Replace(rawURL, "+cluster", "", 1))
		if err != nil {
			return nil, errors.New("the redis cluster URL cannot be parsed")
		}
		tune(&o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, o.TLSConfig)
		giveUp(&o.MaxRetries, &o.DialerRetries)
		o.ContextTimeoutEnabled, o.DisableIdentity = true, true
		return redis.NewClusterClient(o), nil
	}
	return nil, errors.New(`unknown kind of redis URL: want "redis://", "rediss://", "redis+cluster://" or "rediss+cluster://"`)
}

// tune sets limits that the URL does not set. A Redis that does not answer must not delay a
// request beyond its deadline.
func tune(dial, read, write *time.Duration, t *tls.Config) {
	for _, d := range []*time.Duration{dial, read, write} {
		if *d == 0 {
			*d = 3 * time.Second
		}
	}
	if t != nil {
		t.MinVersion = tls.VersionTLS12
	}
}

// giveUp bounds the retries while Redis is unavailable, unless the URL sets a bound. By
// default a request would wait several seconds before it fails.
func giveUp(retries, dials *int) {
	if *retries == 0 {
		*retries = 2
	}
	if *dials == 0 {
		*dials = 1
	}
}

// Key returns a key in a scope. A scope groups keys that live and expire together, such as
// those of one owner key or one run. Key escapes the parts, so that ("a", "b:c") and
// ("a", "b", "c") are two keys, and no part can name another scope.
func (c *Client) Key(scope string, parts ...string) string {
	var b strings.Builder
	b.Grow(len(c.prefix) + len(scope) + 3 + 16*len(parts))
	b.WriteString(c.prefix)
	b.WriteString(":{")
	escape(&b, scope)
	b.WriteByte('}')
	for _, p := range parts {
		b.WriteByte(':')
		escape(&b, p)
	}
	return b.String()
}

// Channel names a pub/sub channel of this service.
func (c *Client) Channel(name string) string { return c.Key("channel", name) }

func escape(b *strings.Builder, s string) {
	if !strings.ContainsAny(s, "{}:%") {
		b.WriteString(s)
		return
	}
	for i := range len(s) {
		switch ch := s[i]; ch {
		case '{', '}', ':', '%':
			fmt.Fprintf(b, "%%%02x", ch)
		default:
			b.WriteByte(ch)
		}
	}
}

// Close ends the connections, and the server that belongs to the client.
func (c *Client) Close() error {
	err := c.UniversalClient.Close()
	if c.stop != nil {
		c.stop()
	}
	if err != nil {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// Error converts the error of a command into one that a client may see: a failure of the
// server is UNAVAILABLE. It returns redis.Nil, context errors and errors of package errs
// unchanged.
func Error(err error) error {
	switch {
	case err == nil, errors.Is(err, redis.Nil), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	if _, ours := errors.AsType[*errs.Error](err); ours {
		return err
	}
	return errs.Unavailable("Redis is unavailable; retry").Because(err)
}
