package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/idp"
)

// kind is a way to install Keyhole.
type kind string

const (
	oneProcess    kind = "one process"
	fiveProcesses kind = "five processes"
)

// both runs a test with both kinds.
func both(t *testing.T, test func(t *testing.T, k kind)) {
	t.Helper()
	for _, k := range []kind{oneProcess, fiveProcesses} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			test(t, k)
		})
	}
}

// options of an installation.
type options struct {
	demo     bool // seed the demo
	traces   bool // export spans
	twice    bool // a second vault, sharing and gateway on the same stores, of five processes
	replicas bool // two vaults behind the name vault.test, of five processes
	// settings are additional arguments of keyhole serve.
	settings []string
	// wrap is a command in front of the program, with the data folder as its last argument.
	wrap []string
	// through returns the URL at which the services reach a store.
	through func(t testing.TB, url string) string
	// openID is an identity provider, and openIDBase the URL of the installation in browsers; empty for its own.
	openID     *idp.Provider
	openIDBase string
	// models creates the public models if there is no demo.
	models bool
}

// installation is a running Keyhole.
type installation struct {
	kind     kind
	dir      string
	base     string // of HTTP
	second   string // of the second gateway
	grpc     map[string]string
	internal map[string]string
	programs map[string]*program
	order    []string
	demo     string // the output of the demo

	databases map[string]string // URLs, of five processes
	redis     map[string]string
	seen      exchanges
	planted   planted
}

// install starts an installation and waits until it is ready. At its end no planted secret
// may be anywhere, and every program must end successfully.
func install(t testing.TB, k kind, o options) *installation {
	t.Helper()
	in := &installation{kind: k, dir: t.TempDir(), programs: map[string]*program{}, grpc: map[string]string{}, internal: map[string]string{}}
	addr := freeAddr(t)
	in.base = "http://" + addr
	if k == oneProcess {
		in.alone(t, addr, o)
	} else {
		in.apart(t, addr, o)
	}
	for _, name := range in.order {
		in.programs[name].start(t)
	}
	t.Cleanup(func() { in.finish(t) })
	in.ready(t)
	if k == fiveProcesses && o.demo {
		in.seed(t)
	}
	if o.wrap != nil && k == oneProcess { // its mounts are visible inside only
		in.dir = fmt.Sprintf("/proc/%d/root%s", in.programs[in.order[0]].cmd.Process.Pid, in.dir)
	}
	in.planted.add(apiKey, in.operatorKey(t))
	return in
}

// env is common to all programs. It allows calls to loopback, because the providers of the
// tests are there, and gives guests no allowance, because the guests of all cases have one
// address. A flag in the settings of an installation wins.
func (in *installation) env(o options) []string {
	env := []string{"KEYHOLE_EGRESS_ALLOW=127.0.0.0/8", "KEYHOLE_LOG_LEVEL=debug", "KEYHOLE_SIGNUP=true", "KEYHOLE_GUEST_RUNS=-1", "KEYHOLE_DRAIN_PAUSE=0s"}
	if o.traces {
		env = append(env, "OTEL_TRACES_EXPORTER=console", "OTEL_BSP_SCHEDULE_DELAY=100")
	}
	base := o.openIDBase
	if base == "" {
		base = in.base
	}
	return append(env, openIDEnv(o.openID, base)...)
}

func (in *installation) add(t testing.TB, o options, name, admin string, command ...string) {
	t.Helper()
	command[0] = built(t, command[0])
	if o.wrap != nil {
		command = append(append(slices.Clone(o.wrap), in.dir), command...)
	}
	in.programs[name] = &program{name: name, command: append(command, "--admin", admin), env: in.env(o), admin: admin}
	in.order = append(in.order, name)
}

// alone is keyhole serve with the embedded stores.
func (in *installation) alone(t testing.TB, addr string, o options) {
	t.Helper()
	in.grpc["all"] = freeAddr(t)
	command := []string{"keyhole", "serve", "--data", in.dir, "--http", addr, "--grpc", in.grpc["all"]}
	switch {
	case o.demo:
		command = append(command, "--demo")
	case !o.models:
		command = append(command, "--no-public-models")
	}
	command = append(command, o.settings...)
	if o.through != nil {
		in.databases = map[string]string{}
		for _, name := range []string{"sharing", "vault", "registry"} {
			in.databases[name] = testkit.Postgres(t)
			command = append(command, "--"+name+"-db", o.through(t, in.databases[name]))
		}
	}
	in.add(t, o, "keyhole", freeAddr(t), command...)
}

// ready waits until all programs are ready.
func (in *installation) ready(t testing.TB) {
	t.Helper()
	for _, name := range in.order {
		in.await(t, in.programs[name])
	}
	eventually(t, time.Minute, "ready over HTTP", func() bool { return ok(in.base + "/readyz") })
	if in.kind == oneProcess && strings.Contains(strings.Join(in.programs["keyhole"].command, " "), "--demo") {
		eventually(t, 2*time.Minute, "demo made", func() bool {
			return strings.Contains(string(in.programs["keyhole"].spans.bytes()), "Try it on a photograph")
		})
		in.demo = string(in.programs["keyhole"].spans.bytes())
	}
}

func (in *installation) await(t testing.TB, p *program) {
	t.Helper()
	end := time.Now().Add(time.Minute)
	for !ok("http://" + p.admin + "/readyz") {
		if !p.running() || time.Now().After(end) {
			t.Fatalf("%s is not ready; its log:\n%s", p.name, p.tail())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func ok(url string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	reply, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = reply.Body.Close()
	return reply.StatusCode == http.StatusOK
}

// program returns the program in which a service runs.
func (in *installation) program(service string) *program {
	if p, ok := in.programs[service]; ok {
		return p
	}
	return in.programs["keyhole"]
}

// restart starts a program that has ended, and waits until its callers have connected
// again.
func (in *installation) restart(t testing.TB, service string) {
	t.Helper()
	in.program(service).start(t)
	in.await(t, in.program(service))
	eventually(t, time.Minute, "ready over HTTP", func() bool { return ok(in.base + "/readyz") })
}

func (in *installation) operatorKey(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(in.dir, "operator.key"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

// finish stops everything and then searches the remaining data.
func (in *installation) finish(t testing.TB) {
	t.Helper()
	metrics := in.scrape()
	for i := len(in.order) - 1; i >= 0; i-- {
		p := in.programs[in.order[i]]
		if !p.running() {
			continue
		}
		p.terminate(t)
		p.ended(t, 30*time.Second)
		if p.err != nil {
			t.Errorf("%s ended with %v; its log ends:\n%s", p.name, p.err, p.tail())
		}
	}
	in.search(t, metrics)
}

func (in *installation) scrape() []byte {
	var all []byte
	for _, name := range in.order {
		if p := in.programs[name]; p.running() {
			all = append(all, fetch("http://"+p.admin+"/metrics")...)
		}
	}
	return all
}

// explain returns the log lines of a request, for a failure message.
func (in *installation) explain(t testing.TB, r reply) {
	t.Helper()
	id := r.header.Get("X-Request-Id")
	for _, name := range in.order {
		for line := range strings.Lines(string(in.programs[name].logs.bytes())) {
			if strings.Contains(line, id) {
				t.Logf("%s: %s", name, line)
			}
		}
	}
}
