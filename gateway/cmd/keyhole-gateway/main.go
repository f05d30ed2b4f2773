// Command keyhole-gateway runs the HTTP edge by itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	"github.com/keyhole-dev/keyhole/proto/gen/openapi"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/program"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// service is where another service is.
type service struct {
	Public   string `help:"Address of its public face." required:"" placeholder:"ADDR"`
	Internal string `help:"Address of its internal face, where the gateway needs it." placeholder:"ADDR"`
}

type settings struct {
	config.Common
	config.Identity

	HTTP           string   `name:"http" help:"Address for HTTP." default:"127.0.0.1:8080" env:"KEYHOLE_HTTP_ADDR" placeholder:"ADDR"`
	TLSCert        string   `help:"Certificate for HTTPS, PEM; plain HTTP without one, on loopback." type:"path" placeholder:"FILE"`
	TLSKey         string   `help:"Its private key, PEM." type:"path" placeholder:"FILE"`
	HTTPPlaintext  bool     `name:"http-plaintext" help:"Serve plain HTTP off loopback: for behind a proxy that has TLS."`
	Vault          service  `embed:"" prefix:"vault-"`
	Registry       service  `embed:"" prefix:"registry-"`
	Sharing        service  `embed:"" prefix:"sharing-"`
	Runner         service  `embed:"" prefix:"runner-"`
	PublicURL      string   `help:"Where visitors reach it, for link previews; the address that a page is asked for at by default." placeholder:"URL"`
	VisitorKeyFile string   `help:"Key for the pseudonyms of visitors, the same for all replicas; made at start by default." type:"path" placeholder:"FILE"`
	TrustedProxies []string `help:"Networks whose X-Forwarded-For is believed." placeholder:"CIDR"`
	AllowOrigins   []string `help:"Origins that browsers may call from; all by default." placeholder:"ORIGIN"`
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "keyhole-gateway:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-gateway", "Keyhole's HTTP edge.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "gateway", program.Settings{Common: s.Common, Identity: s.Identity, VisitorKeyFile: s.VisitorKeyFile}, &s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	g, err := s.gateway(ctx, p)
	if err != nil {
		return err
	}
	front, err := gateway.Listen(ctx, gateway.ListenConfig{Addr: s.HTTP, Cert: s.TLSCert, Key: s.TLSKey, Plaintext: s.HTTPPlaintext})
	if err != nil {
		return err
	}
	admin, err := lifecycle.Listen(ctx, s.Admin)
	if err != nil {
		return err
	}
	p.Logger.Info("serving", "http", s.HTTP, "admin", s.Admin, "tls", s.TLSCert != "")
	return lifecycle.Run(ctx, p.Logger,
		lifecycle.Admin(admin, lifecycle.AdminConfig{Readiness: p.Readiness, Metrics: p.Metrics, Logger: p.Logger}),
		lifecycle.HTTP("http", front, &http.Server{Handler: g}))
}

func (s *settings) gateway(ctx context.Context, p *program.Program) (*gateway.Gateway, error) {
	conns := map[string]*grpc.ClientConn{}
	for name, to := range map[string]struct{ peer, addr string }{
		"vault": {"vault", s.Vault.Public}, "registry": {"registry", s.Registry.Public}, "sharing": {"sharing", s.Sharing.Public},
		"runner": {"runner", s.Runner.Public}, "vault internal": {"vault", s.Vault.Internal}, "runner internal": {"runner", s.Runner.Internal},
	} {
		if to.addr == "" {
			return nil, fmt.Errorf("the address of %s is not set", name)
		}
		conn, err := p.Dial(to.peer, to.addr)
		if err != nil {
			return nil, err
		}
		p.Needs(name, conn)
		conns[name] = conn
	}
	cfg := gateway.Config{TrustedProxies: s.TrustedProxies, AllowOrigins: s.AllowOrigins, VisitorKey: p.VisitorKey(), PublicURL: s.PublicURL}
	return gateway.New(ctx, cfg, gateway.Deps{
		Vault: conns["vault"], Registry: conns["registry"], Sharing: conns["sharing"], Runner: conns["runner"],
		Authenticate:   rpc.Authenticator(conns["vault internal"], p.Identity.Verifier()),
		RunnerInternal: runnerinternalv1.NewRunnerInternalServiceClient(conns["runner internal"]),
		OpenAPI:        openapi.Document, Logger: p.Logger, Tracer: p.Tracer, Meter: p.Meter, Ready: p.Readiness.Check,
	})
}
