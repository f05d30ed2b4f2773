package vault

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the counters of the vault. No label comes from a request, because labels must stay few.
type metrics struct {
	refused *prometheus.CounterVec
	uses    *prometheus.CounterVec
	logins  *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "keyhole", Subsystem: "vault", Name: name, Help: help}, []string{label})
	}
	m := &metrics{
		refused: counter("refused_total", "Uses of rights that were refused.", "reason"),
		uses:    counter("credential_uses_total", "Calls made with a credential, by their outcome.", "outcome"),
		logins:  counter("authentications_total", "Presented keys.", "outcome"),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.refused, m.uses, m.logins} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}
