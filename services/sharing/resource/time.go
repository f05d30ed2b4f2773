package resource

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// Micros returns a time as the database stores it: microseconds since 1970 in UTC, 0 for
// the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Timestamp returns a stored time as a message has it, nil for 0.
func Timestamp(us int64) *timestamppb.Timestamp {
	if us == 0 {
		return nil
	}
	return timestamppb.New(time.UnixMicro(us))
}
