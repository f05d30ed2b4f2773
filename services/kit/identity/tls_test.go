package identity_test

import (
	"crypto/tls"
	"net"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// handshake connects over a pipe. It returns the error of each side, and the peer that the
// server found.
func handshake(t *testing.T, client, server *tls.Config, id *identity.Identity) (peer string, clientErr, serverErr error) {
	t.Helper()
	c, s := socketPair(t)
	tc, ts := tls.Client(c, client), tls.Server(s, server)
	done := make(chan error, 1)
	go func() {
		err := ts.HandshakeContext(t.Context())
		if err == nil {
			_, err = ts.Write([]byte("x")) // the server judges the client's certificate after the client is done
		}
		_ = s.Close()
		done <- err
	}()
	clientErr = tc.HandshakeContext(t.Context())
	if clientErr == nil {
		_, clientErr = tc.Read(make([]byte, 1))
	}
	_ = c.Close()
	serverErr = <-done
	if chain := ts.ConnectionState().PeerCertificates; serverErr == nil && len(chain) > 0 {
		peer, serverErr = id.PeerOf(chain)
	}
	return peer, clientErr, serverErr
}

// socketPair is a connection with buffers, which a failing handshake needs.
func socketPair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if client, err = net.Dial("tcp4", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return client, server
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	a := authority(t)
	vault, runner := issue(t, a, "vault"), issue(t, a, "runner")
	stranger := issue(t, authority(t), "runner")
	anonymous := vault.ClientTLS("vault")
	anonymous.GetClientCertificate = nil
	for name, c := range map[string]struct {
		client *tls.Config
		server *tls.Config
		peer   string
		ok     bool
	}{
		"peer":                           {runner.ClientTLS("vault"), vault.ServerTLS(false), "runner", true},
		"peer on a public endpoint":      {runner.ClientTLS("vault"), vault.ServerTLS(true), "runner", true},
		"nobody on a public endpoint":    {anonymous, vault.ServerTLS(true), "", true},
		"nobody on an internal endpoint": {anonymous, vault.ServerTLS(false), "", false},
		"foreign client":                 {foreignClient(vault, stranger), vault.ServerTLS(false), "", false},
		"foreign client on public":       {foreignClient(vault, stranger), vault.ServerTLS(true), "", false},
		"not the server meant":           {runner.ClientTLS("sharing"), vault.ServerTLS(false), "", false},
		"foreign server":                 {stranger.ClientTLS("vault"), vault.ServerTLS(true), "", false},
		"old TLS":                        {old(runner.ClientTLS("vault")), vault.ServerTLS(false), "", false},
	} {
		peer, clientErr, serverErr := handshake(t, c.client, c.server, vault)
		if ok := clientErr == nil && serverErr == nil; ok != c.ok || peer != c.peer {
			t.Errorf("%s: peer %q, client %v, server %v", name, peer, clientErr, serverErr)
		}
	}
}

// foreignClient trusts our authority, but presents a certificate of another one.
func foreignClient(us, them *identity.Identity) *tls.Config {
	c := us.ClientTLS("vault")
	c.GetClientCertificate = them.ClientTLS("vault").GetClientCertificate
	return c
}

func old(c *tls.Config) *tls.Config {
	c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	return c
}
