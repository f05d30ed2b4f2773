package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// apart is an installation of five programs, started as in docs/operate/operating.md.
func (in *installation) apart(t testing.TB, addr string, o options) {
	t.Helper()
	certs := filepath.Join(in.dir, "certs")
	run(t, "keyhole", "certs", "--dir", certs)
	in.databases, in.redis = map[string]string{}, map[string]string{}
	for _, name := range []string{"vault", "registry", "sharing"} {
		in.databases[name] = testkit.Postgres(t)
	}
	for _, name := range []string{"vault", "sharing"} {
		in.redis[name] = testkit.Redis(t)
	}
	via := func(url string) string {
		if o.through != nil {
			return o.through(t, url)
		}
		return url
	}
	for _, sub := range []string{"blobs", "models"} {
		if err := os.MkdirAll(filepath.Join(in.dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	f := &fleet{in: in, t: t, o: o, certs: certs, via: via}
	if o.replicas {
		f.vaults()
	} else {
		f.vault("vault")
	}
	f.service("registry", "registry", "--db", via(in.databases["registry"]), "--blobs", "file://"+filepath.Join(in.dir, "blobs"),
		"--page-key-file", f.key("pages"), "--vault", in.internal["vault"])
	f.sharing("sharing", "vault")
	vault, sharing := "vault", "sharing"
	if o.twice {
		vault, sharing = "vault 2", "sharing 2"
		f.vault(vault)
		f.sharing(sharing, vault)
	}
	f.service("runner", "runner", "--sharing", in.internal[sharing], "--vault", in.internal[vault], "--registry", in.internal["registry"],
		"--model-dir", filepath.Join(in.dir, "models"))
	f.gateway("gateway", addr, "vault", "sharing")
	if o.twice {
		second := freeAddr(t)
		in.second = "http://" + second
		f.gateway("gateway 2", second, vault, sharing)
	}
}

// fleet is the programs of an installation; some run more than once.
type fleet struct {
	in    *installation
	t     testing.TB
	o     options
	certs string
	via   func(url string) string // the URL of a store
}

func (f *fleet) key(name string) string { return filepath.Join(f.certs, "keys", name) }

func (f *fleet) service(name, service string, more ...string) {
	f.t.Helper()
	if f.in.grpc[name] == "" {
		f.in.grpc[name], f.in.internal[name] = freeAddr(f.t), freeAddr(f.t)
	}
	command := []string{
		"keyhole-" + service, "--certs", f.certs, "--visitor-key-file", f.key("visitors"),
		"--public", f.in.grpc[name], "--internal", f.in.internal[name],
	}
	f.in.add(f.t, f.o, name, freeAddr(f.t), append(command, more...)...)
}

// vaults starts two vaults. They have the same ports on addresses of their own, and share the
// name vault.test.
func (f *fleet) vaults() {
	f.t.Helper()
	_, public, _ := strings.Cut(freeAddr(f.t), ":")
	_, internal, _ := strings.Cut(freeAddr(f.t), ":")
	at := func(name, host string) { f.in.grpc[name], f.in.internal[name] = host+":"+public, host+":"+internal }
	for i, name := range []string{"vault", "vault 2"} {
		at(name, fmt.Sprintf("127.0.0.%d", i+2))
		f.vault(name)
	}
	at("vault", "vault.test")
}

func (f *fleet) vault(name string) {
	f.t.Helper()
	f.service(name, "vault", "--db", f.via(f.in.databases["vault"]), "--redis", f.via(f.in.redis["vault"]),
		"--kek-file", filepath.Join(f.in.dir, "kek"), "--operator-key-file", filepath.Join(f.in.dir, "operator.key"))
}

func (f *fleet) sharing(name, vault string) {
	f.t.Helper()
	f.service(name, "sharing", "--db", f.via(f.in.databases["sharing"]), "--redis", f.via(f.in.redis["sharing"]), "--public-url", f.in.base,
		"--link-key-file", f.key("links"), "--vault", f.in.internal[vault], "--registry", f.in.internal["registry"])
}

func (f *fleet) gateway(name, addr, vault, sharing string) {
	f.t.Helper()
	f.in.add(f.t, f.o, name, freeAddr(f.t), "keyhole-gateway", "--certs", f.certs, "--visitor-key-file", f.key("visitors"), "--http", addr,
		"--vault-public", f.in.grpc[vault], "--vault-internal", f.in.internal[vault],
		"--registry-public", f.in.grpc["registry"], "--sharing-public", f.in.grpc[sharing],
		"--runner-public", f.in.grpc["runner"], "--runner-internal", f.in.internal["runner"])
}

// seed creates the demo through the public API.
func (in *installation) seed(t testing.TB) {
	t.Helper()
	in.demo = run(t, "keyhole", "demo", "seed", "--http", in.base, "--operator-key-file", filepath.Join(in.dir, "operator.key"))
}

// run runs a program of bin/ to its end, and returns its output.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), built(t, name), args...)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + os.TempDir()}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
