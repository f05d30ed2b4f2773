package booking

import (
	"fmt"
	"testing"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
)

// BenchmarkBook measures a report when many runs end at the same time, and when one does.
func BenchmarkBook(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			batcher, sharing := newBatcher(b)
			b.SetParallelism(callers)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				end := &sharinginternalv1.RunEnd{Run: "run"}
				for pb.Next() {
					if _, err := batcher.Book(b.Context(), end); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/float64(sharing.calls), "runs/call")
		})
	}
}
