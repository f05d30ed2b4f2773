package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// apart is five programs, as docs/operating.md starts them.
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
	for _, name := range []string{"vault", "registry", "sharing", "runner"} {
		in.grpc[name], in.internal[name] = freeAddr(t), freeAddr(t)
		for _, sub := range []string{"blobs", "models"} {
			if err := os.MkdirAll(filepath.Join(in.dir, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	service := func(name string, more ...string) {
		command := []string{
			"keyhole-" + name, "--certs", certs, "--visitor-key-file", filepath.Join(certs, "keys", "visitors"),
			"--public", in.grpc[name], "--internal", in.internal[name],
		}
		in.add(t, o, name, freeAddr(t), append(command, more...)...)
	}
	service("vault", "--db", via(in.databases["vault"]), "--redis", via(in.redis["vault"]),
		"--kek-file", filepath.Join(in.dir, "kek"), "--operator-key-file", filepath.Join(in.dir, "operator.key"))
	service("registry", "--db", via(in.databases["registry"]), "--blobs", "file://"+filepath.Join(in.dir, "blobs"),
		"--page-key-file", filepath.Join(certs, "keys", "pages"), "--vault", in.internal["vault"])
	service("sharing", "--db", via(in.databases["sharing"]), "--redis", via(in.redis["sharing"]), "--public-url", in.base,
		"--link-key-file", filepath.Join(certs, "keys", "links"), "--vault", in.internal["vault"], "--registry", in.internal["registry"])
	service("runner", "--sharing", in.internal["sharing"], "--vault", in.internal["vault"], "--registry", in.internal["registry"],
		"--model-dir", filepath.Join(in.dir, "models"))
	in.add(t, o, "gateway", freeAddr(t), "keyhole-gateway", "--certs", certs, "--visitor-key-file", filepath.Join(certs, "keys", "visitors"),
		"--http", addr,
		"--vault-public", in.grpc["vault"], "--vault-internal", in.internal["vault"],
		"--registry-public", in.grpc["registry"], "--sharing-public", in.grpc["sharing"],
		"--runner-public", in.grpc["runner"], "--runner-internal", in.internal["runner"])
}

// seed makes the demo through the public API.
func (in *installation) seed(t testing.TB) {
	t.Helper()
	in.demo = run(t, "keyhole", "demo", "seed", "--http", in.base, "--operator-key-file", filepath.Join(in.dir, "operator.key"))
}

// run runs a program of bin/ to its end, and gives what it printed.
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
