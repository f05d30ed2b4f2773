package resource

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// Timestamp is a time in microseconds as a message has it. It is nil for 0, which is no time.
func Timestamp(micros int64) *timestamppb.Timestamp {
	if micros == 0 {
		return nil
	}
	return timestamppb.New(time.UnixMicro(micros))
}
