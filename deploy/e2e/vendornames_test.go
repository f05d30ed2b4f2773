package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/vendors"
)

// named is the server of all providers at their own names, on the standard ports of loopback.
type named struct {
	*vendors.Server
	*foreigner
	// wrap starts a program that finds the names there; settings let it call them.
	wrap, settings []string
}

// vendorsByName starts the server. The blocks of a provider have a constant address, so a
// program must resolve the provider's name to loopback: it sees another /etc/hosts. Its
// certificate is of an authority that the operator trusts.
func vendorsByName(t *testing.T) *named {
	t.Helper()
	s := &named{Server: vendors.New(), foreigner: startForeigner(t)}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.Server) })
	authority, certificate := certificateOf(t, vendors.Hosts())
	secure := &http.Server{Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, ReadHeaderTimeout: time.Minute}
	plain := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	listener, ip := standardPort(t)
	other, err := net.Listen("tcp", net.JoinHostPort(ip, "11434"))
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = secure.ServeTLS(listener, "", "") }()
	go func() { _ = plain.Serve(other) }()
	t.Cleanup(func() { _, _ = secure.Close(), plain.Close() })
	var hosts strings.Builder
	for _, host := range append(vendors.Hosts(), "localhost") {
		name, _, _ := strings.Cut(host, ":")
		fmt.Fprintln(&hosts, map[bool]string{true: "127.0.0.1", false: ip}[name == "localhost"], name)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "hosts")
	write(t, file, []byte(hosts.String()))
	write(t, filepath.Join(dir, "ca.pem"), authority)
	s.wrap = withHosts(t, file)
	s.settings = []string{"--egress-ca-file", filepath.Join(dir, "ca.pem"), "--egress-allow", ip + "/32,ollama.example.com:11434"}
	return s
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// standardPort listens on port 443 of an address of loopback that nothing else uses.
func standardPort(t *testing.T) (net.Listener, string) {
	t.Helper()
	var last error
	for n := range 50 {
		ip := fmt.Sprintf("127.43.%d.%d", os.Getpid()%250, n+1)
		l, err := net.Listen("tcp", net.JoinHostPort(ip, "443"))
		if err == nil {
			return l, ip
		}
		last = err
	}
	t.Skipf("port 443 is not for this user, so providers are not tried at their own addresses: %v", last)
	return nil, ""
}

// withHosts executes a program that sees another /etc/hosts.
func withHosts(t *testing.T, hosts string) []string {
	t.Helper()
	script := fmt.Sprintf(`mount --bind '%s' /etc/hosts && exec "$@"`, hosts)
	var said []byte
	for _, flags := range []string{"-m", "-Urm"} {
		out, err := exec.Command("unshare", flags, "sh", "-c", script, "-", "true").CombinedOutput()
		if err == nil {
			return []string{"unshare", flags, "sh", "-c", script}
		}
		said = out
	}
	t.Skipf("no file can be mounted here, so providers are not tried at their own addresses: %s", said)
	return nil
}

// certificateOf makes a certificate for hosts. It is its own authority.
func certificateOf(t *testing.T, hosts []string) ([]byte, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: hosts, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
