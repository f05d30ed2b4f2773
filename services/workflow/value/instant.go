package value

import "time"

// noZone is the location of timestamps without a zone. It has its own address, because a
// timestamp in UTC has a zone.
var noZone = time.FixedZone("", 0)

// WithoutZone returns the same instant as a timestamp without a zone, in UTC.
func WithoutZone(t time.Time) time.Time { return t.In(noZone) }

// parseTime reads a timestamp in ISO 8601 form, with or without a zone.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, noZone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// ISO formats a timestamp for results. It has a fraction of six digits only if the fraction
// is not zero, and a zone only if the timestamp has one.
func ISO(t time.Time) string {
	layout := "2006-01-02T15:04:05"
	if t.Nanosecond()/1000 != 0 {
		layout += ".000000"
	}
	if t.Location() != noZone {
		layout += "-07:00"
	}
	return t.Format(layout)
}
