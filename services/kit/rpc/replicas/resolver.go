package replicas

import (
	"context"
	"net"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/resolver"
)

// Scheme is the scheme of targets: keyhole:///host:port.
const Scheme = "keyhole"

// Config configures a Builder.
type Config struct {
	// Dial returns a connection to the replica at an address, for probes. Required.
	Dial func(addr string) (*grpc.ClientConn, error)
	// Lookup returns the IP addresses of a host; nil means the system's resolver.
	Lookup func(ctx context.Context, host string) ([]string, error)
	// Poll is the time between two lookups; 0 means 5 s. Pause is the time between two probes
	// of a replica, and the time that it has to answer; 0 means 1 s.
	Poll, Pause time.Duration
}

// Builder builds resolvers. It implements resolver.Builder.
type Builder struct{ cfg Config }

// NewBuilder returns a Builder.
func NewBuilder(cfg Config) *Builder {
	if cfg.Lookup == nil {
		cfg.Lookup = net.DefaultResolver.LookupHost
	}
	if cfg.Poll == 0 {
		cfg.Poll = 5 * time.Second
	}
	if cfg.Pause == 0 {
		cfg.Pause = time.Second
	}
	return &Builder{cfg: cfg}
}

// Scheme implements resolver.Builder.
func (*Builder) Scheme() string { return Scheme }

// Build implements resolver.Builder. A target without a port is refused.
func (b *Builder) Build(target resolver.Target, cc resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	host, port, err := net.SplitHostPort(target.Endpoint())
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &replicas{
		cfg: b.cfg, cc: cc, host: host, port: port, stop: stop, done: make(chan struct{}),
		again: make(chan struct{}, 1), changed: make(chan struct{}, 1), probes: map[string]*probe{},
	}
	go r.run(ctx)
	return r, nil
}

// replicas is the resolver of one connection. Only its goroutine uses the fields after the
// channels.
type replicas struct {
	cfg        Config
	cc         resolver.ClientConn
	host, port string
	stop       context.CancelFunc
	done       chan struct{}
	again      chan struct{} // a lookup is wanted; holds one, because one serves all who want it
	changed    chan struct{} // a replica has started or ceased to answer; holds one

	found     []string // addresses of the last lookup that succeeded, sorted
	probes    map[string]*probe
	published []string
}

// ResolveNow implements resolver.Resolver. gRPC calls it when a connection ends.
func (r *replicas) ResolveNow(resolver.ResolveNowOptions) { signal(r.again) }

// Close implements resolver.Resolver. It waits for the probes to end.
func (r *replicas) Close() {
	r.stop()
	<-r.done
}

// run looks up the replicas and lists those that answer until ctx ends.
func (r *replicas) run(ctx context.Context) {
	defer close(r.done)
	defer func() { r.watch(ctx, nil) }()
	tick := time.NewTicker(r.cfg.Poll)
	defer tick.Stop()
	r.lookUp(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.changed:
			r.publish()
			continue
		case <-tick.C:
		case <-r.again:
			// Peers that restart end many connections together. One lookup serves all of them.
			if !sleep(ctx, min(r.cfg.Poll, 200*time.Millisecond)) {
				return
			}
		}
		r.lookUp(ctx)
	}
}

// lookUp asks for the addresses. If that fails, the known ones stay.
func (r *replicas) lookUp(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ips, err := r.cfg.Lookup(limited, r.host)
	if err != nil {
		if len(r.found) == 0 && ctx.Err() == nil {
			r.cc.ReportError(err)
		}
		return
	}
	found := make([]string, 0, len(ips))
	for _, ip := range ips {
		found = append(found, net.JoinHostPort(ip, r.port))
	}
	slices.Sort(found)
	r.found = slices.Compact(found)
	r.watch(ctx, r.found)
	r.publish()
}

// watch probes the addresses and nothing else. A single replica is not probed, because calls
// have no other choice.
func (r *replicas) watch(ctx context.Context, addrs []string) {
	if len(addrs) == 1 {
		addrs = nil
	}
	for addr, p := range r.probes {
		if !slices.Contains(addrs, addr) {
			p.end()
			delete(r.probes, addr)
		}
	}
	for _, addr := range addrs {
		if r.probes[addr] != nil {
			continue
		}
		if conn, err := r.cfg.Dial(addr); err == nil { // without a probe it gets calls
			r.probes[addr] = startProbe(ctx, conn, r.cfg.Pause, r.changed)
		}
	}
}

// publish lists the replicas that answer, or all if none does.
func (r *replicas) publish() {
	list := slices.DeleteFunc(slices.Clone(r.found), func(addr string) bool {
		p := r.probes[addr]
		return p != nil && p.down.Load()
	})
	if len(list) == 0 {
		list = r.found
	}
	if len(list) == 0 || slices.Equal(list, r.published) {
		return
	}
	r.published = list
	state := resolver.State{}
	for _, addr := range list {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: addr})
	}
	_ = r.cc.UpdateState(state) // a balancer that refuses it asks to resolve again
}
