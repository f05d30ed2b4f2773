package vault

import (
	"crypto/x509"
	"time"

	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/mail"
)

// Limits of a fetch of a picture, unless the operator sets lower ones. Any visitor may name a picture,
// and a run waits in its place while the picture arrives.
const (
	pictureIdle  = 10 * time.Second
	pictureTotal = 30 * time.Second
)

// clients make the outbound calls. They share no connection.
type clients struct {
	rules    *egress.Rules  // of steps
	roots    *x509.CertPool // nil: the machine's
	steps    *egress.Client
	pictures *egress.Client
	mail     *mail.Client
}

func newClients(cfg Config) (clients, error) {
	rules, err := egress.ParseRules(cfg.EgressAllow, cfg.EgressPlaintext)
	if err != nil {
		return clients{}, err
	}
	pictureRules, err := egress.ParseRules(cfg.FetchAllow, cfg.EgressPlaintext)
	if err != nil {
		return clients{}, err
	}
	limits := cfg.Egress
	if cfg.EgressCAFile != "" {
		if limits.RootCAs, err = readRoots(cfg.EgressCAFile); err != nil {
			return clients{}, err
		}
	}
	return clients{
		rules: rules, roots: limits.RootCAs, steps: newClient(limits, rules), pictures: newClient(forPictures(limits), pictureRules),
		mail: newMailClient(limits, rules),
	}, nil
}

func newClient(c egress.Config, r *egress.Rules) *egress.Client {
	c.Rules = r
	return egress.New(c)
}

func newMailClient(c egress.Config, r *egress.Rules) *mail.Client {
	c.Rules = r
	return mail.New(c)
}

// forPictures lowers the time limits to those of pictures.
func forPictures(c egress.Config) egress.Config {
	for limit, most := range map[*time.Duration]time.Duration{
		&c.HeaderTimeout: pictureIdle, &c.IdleTimeout: pictureIdle, &c.TotalTimeout: pictureTotal,
	} {
		if *limit <= 0 || *limit > most {
			*limit = most
		}
	}
	return c
}

func (c clients) close() {
	c.steps.Close()
	c.pictures.Close()
}
