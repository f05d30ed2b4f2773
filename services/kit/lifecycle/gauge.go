package lifecycle

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Measure registers the gauge keyhole.dependency.up: 1 if a dependency answers, otherwise 0, by
// name. Each reading asks all dependencies, for at most two seconds.
func (r *Readiness) Measure(provider metric.MeterProvider) error {
	_, err := provider.Meter("keyhole").Int64ObservableGauge("keyhole.dependency.up",
		metric.WithDescription("Whether a dependency of this program answers."),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			for _, d := range r.Report(ctx) {
				var up int64
				if d.Err == nil {
					up = 1
				}
				o.Observe(up, metric.WithAttributes(attribute.String("dependency", d.Name)))
			}
			return nil
		}))
	if err != nil {
		return fmt.Errorf("make the gauge of dependencies: %w", err)
	}
	return nil
}
