package testkit

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis returns the URL of an empty, real Redis server that no other test uses at the same
// time.
func Redis(t testing.TB) string {
	t.Helper()
	return singles.take(t, startSingle)
}

// RedisCluster returns the URL of an empty Redis cluster of three nodes that no other test
// uses at the same time.
func RedisCluster(t testing.TB) string {
	t.Helper()
	return clusters.take(t, startCluster)
}

var singles, clusters pool

// pool lends each server to one test at a time, because services use fixed key prefixes.
type pool struct {
	mu   sync.Mutex
	idle []redisServer
}

type redisServer struct {
	url   string
	nodes []string
}

func (p *pool) take(t testing.TB, start func() (redisServer, error)) string {
	t.Helper()
	p.mu.Lock()
	var s redisServer
	if n := len(p.idle); n > 0 {
		s, p.idle = p.idle[n-1], p.idle[:n-1]
	}
	p.mu.Unlock()
	if s.url == "" {
		var err error
		if s, err = start(); err != nil {
			t.Fatalf("Redis for tests: %v", err)
		}
	}
	t.Cleanup(func() {
		if err := s.flush(); err != nil { // its test may have stopped it, so it is not lent again
			t.Logf("flush redis: %v", err)
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.idle = append(p.idle, s)
	})
	return s.url
}

func (s redisServer) flush() error {
	for _, n := range s.nodes {
		if err := onNode(n, func(ctx context.Context, c *redis.Client) error { return c.FlushAll(ctx).Err() }); err != nil {
			return err
		}
	}
	return nil
}

func onNode(addr string, do func(context.Context, *redis.Client) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DisableIdentity: true, Protocol: 2})
	return errors.Join(do(ctx, c), c.Close())
}

// startNode runs one redis-server on a free port. Another process may take the port first,
// so it retries.
func startNode(extra ...string) (string, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return "", errors.New("redis-server is not installed: apt-get install redis-server")
	}
	for range 5 {
		var addr string
		if addr, err = tryNode(program, extra); err == nil {
			return addr, nil
		}
	}
	return "", err
}

func tryNode(program string, extra []string) (string, error) {
	as, err := unprivileged("redis")
	if err != nil {
		return "", err
	}
	dir, err := makeDir(as)
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	addr := "127.0.0.1:" + strconv.Itoa(port)
	command := append([]string{
		program, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no",
	}, extra...)
	s, err := startServer(dir, "KILL", as, command...)
	if err != nil {
		return "", err
	}
	return addr, s.await(10*time.Second, func() error {
		return onNode(addr, func(ctx context.Context, c *redis.Client) error { return c.Ping(ctx).Err() })
	})
}

func startSingle() (redisServer, error) {
	addr, err := startNode()
	return redisServer{url: "redis://" + addr + "/0", nodes: []string{addr}}, err
}

// startCluster gives each of three nodes a third of the slots and waits until all of them
// report a complete cluster.
func startCluster() (redisServer, error) {
	const nodes, slots = 3, 16384
	var (
		s     redisServer
		buses []string
	)
	for i := range nodes {
		// The default bus port is the port plus 10000, which may not be a valid port.
		bus, err := freePort()
		if err != nil {
			return s, err
		}
		buses = append(buses, strconv.Itoa(bus))
		addr, err := startNode("--cluster-enabled", "yes", "--cluster-node-timeout", "5000",
			"--cluster-config-file", "nodes.conf", "--cluster-port", buses[i])
		if err != nil {
			return s, err
		}
		s.nodes = append(s.nodes, addr)
		err = onNode(addr, func(ctx context.Context, c *redis.Client) error {
			if err := c.ClusterAddSlotsRange(ctx, i*slots/nodes, (i+1)*slots/nodes-1).Err(); err != nil {
				return fmt.Errorf("give slots: %w", err)
			}
			if err := c.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(); err != nil {
				return fmt.Errorf("set epoch: %w", err)
			}
			host, port, _ := strings.Cut(s.nodes[0], ":")
			return c.Do(ctx, "CLUSTER", "MEET", host, port, buses[0]).Err()
		})
		if err != nil {
			return s, err
		}
	}
	s.url = "redis+cluster://" + s.nodes[0] + "?addr=" + s.nodes[1] + "&addr=" + s.nodes[2]
	return s, s.awaitWhole()
}

func (s redisServer) awaitWhole() error {
	end := time.Now().Add(30 * time.Second)
	for _, n := range s.nodes {
		for {
			var state, known string
			err := onNode(n, func(ctx context.Context, c *redis.Client) error {
				info, err := c.ClusterInfo(ctx).Result()
				state, known = field(info, "cluster_state"), field(info, "cluster_size")
				return err
			})
			if err == nil && state == "ok" && known == "3" {
				break
			}
			if time.Now().After(end) {
				return fmt.Errorf("node %s: state %q, size %q, %w", n, state, known, err)
			}
			time.Sleep(20 * time.Millisecond) // other processes exchange gossip meanwhile
		}
	}
	return nil
}

func field(info, name string) string {
	_, rest, _ := strings.Cut(info, name+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}
