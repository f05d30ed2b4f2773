package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"github.com/keyhole-dev/keyhole/services/kit/conns"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc/stranger"
)

// peerInfo is the peer identity that the transport has verified.
type peerInfo struct {
	credentials.CommonAuthInfo
	name string // service name, "" for a client that is none
	via  string // "tls", "pipe" or "plaintext"
	// stranger is the connection of a client that is not a service, or nil.
	stranger *stranger.Conn
}

// AuthType implements credentials.AuthInfo.
func (p peerInfo) AuthType() string { return p.via }

func proved(name, via string, level credentials.SecurityLevel) peerInfo {
	return peerInfo{CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: level}, name: name, via: via}
}

// serverSide distinguishes the three transports of a server by the type of the connection,
// which no client can choose.
type serverSide struct {
	credentials.TransportCredentials // TLS, or nil
	id                               *identity.Identity
	plaintext                        bool
	strangers                        *stranger.Clients
}

func serverCredentials(cfg ServerConfig, all *stranger.Clients) credentials.TransportCredentials {
	s := &serverSide{id: cfg.Identity, plaintext: cfg.Plaintext, strangers: all}
	if cfg.Identity != nil {
		s.TransportCredentials = credentials.NewTLS(cfg.Identity.ServerTLS(cfg.Endpoint == Public))
	}
	return s
}

// ServerHandshake implements credentials.TransportCredentials.
func (s *serverSide) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if p, ok := conn.(*pipeConn); ok {
		return conn, proved(p.peer, "pipe", credentials.PrivacyAndIntegrity), nil
	}
	if s.plaintext {
		if !isLoopback(conn.RemoteAddr()) {
			return nil, nil, errors.New("plaintext is allowed on loopback only")
		}
		return s.met(conn, conn, proved("", "plaintext", credentials.NoSecurity))
	}
	if s.TransportCredentials == nil {
		return nil, nil, errors.New("no identity to serve TLS with")
	}
	secured, info, err := s.TransportCredentials.ServerHandshake(conn)
	if err != nil {
		return nil, nil, fmt.Errorf("TLS handshake: %w", err)
	}
	tlsInfo, ok := info.(credentials.TLSInfo)
	if !ok || len(tlsInfo.State.PeerCertificates) == 0 {
		return s.met(secured, conn, proved("", "tls", credentials.PrivacyAndIntegrity))
	}
	name, err := s.id.PeerOf(tlsInfo.State.PeerCertificates)
	if err != nil {
		return nil, nil, errors.Join(err, secured.Close())
	}
	if c, ok := conn.(*conns.Conn); ok {
		c.Forget() // all clients of the installation come through a service
	}
	return secured, proved(name, "tls", credentials.PrivacyAndIntegrity), nil
}

// met wraps the connection of a client that is not a service.
func (s *serverSide) met(secured, raw net.Conn, info peerInfo) (net.Conn, credentials.AuthInfo, error) {
	info.stranger = s.strangers.Meet(secured, raw)
	return info.stranger, info, nil
}

// ClientHandshake implements credentials.TransportCredentials. It is never used.
func (s *serverSide) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("server credentials cannot dial")
}

// Info implements credentials.TransportCredentials.
func (s *serverSide) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "keyhole"}
}

// Clone implements credentials.TransportCredentials.
func (s *serverSide) Clone() credentials.TransportCredentials { c := *s; return &c }

// OverrideServerName implements credentials.TransportCredentials.
func (s *serverSide) OverrideServerName(string) error { return nil }

// pipeClient is the client's side of a pipe. The other end is in the same process.
type pipeClient struct{ serverSide }

// ClientHandshake implements credentials.TransportCredentials.
func (*pipeClient) ClientHandshake(_ context.Context, _ string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return conn, proved("", "pipe", credentials.PrivacyAndIntegrity), nil
}

// Clone implements credentials.TransportCredentials.
func (p *pipeClient) Clone() credentials.TransportCredentials { return p }

// isLoopback does not resolve names. It is false for a wildcard, which means every address.
func isLoopback(a net.Addr) bool {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return false
}

// isPeer reports whether the client of a server's call is a service.
func isPeer(ctx context.Context) bool {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return false
	}
	info, ok := p.AuthInfo.(peerInfo)
	return ok && info.name != ""
}
