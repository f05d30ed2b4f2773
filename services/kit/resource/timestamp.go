package resource

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// Timestamp converts microseconds to a timestamp. 0 means no time and returns nil.
func Timestamp(micros int64) *timestamppb.Timestamp {
	if micros == 0 {
		return nil
	}
	return timestamppb.New(time.UnixMicro(micros))
}
