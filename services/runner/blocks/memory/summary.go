package memory

import (
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func newSummary(mode string) summary {
	switch mode {
	case "sum":
		return &sum{}
	case "avg":
		return &sum{mean: true}
	case "max", "min", "values_difference":
		return &extremes{mode: mode}
	case "count":
		return &count{}
	}
	return &distinct{mode: mode, counts: map[string]int64{}}
}

// sum adds numbers. The sum of whole numbers is whole, if it is not too large.
type sum struct {
	mean, fraction bool
	whole          int64
	total          float64
	n              int64
}

func (s *sum) add(v any) error {
	n, ok := value.Float(v)
	if !ok {
		return noNumber("sum and avg", v)
	}
	whole, isWhole := value.Int(v)
	next := s.whole + whole
	if _, isFloat := v.(float64); isFloat || !isWhole || (next > s.whole) != (whole > 0) && whole != 0 {
		s.fraction = true
	}
	s.whole, s.total, s.n = next, s.total+n, s.n+1
	return nil
}

func (s *sum) result() any {
	switch {
	case s.mean:
		return s.total / float64(s.n)
	case s.fraction:
		return s.total
	}
	return s.whole
}

func noNumber(mode string, v any) error {
	return engine.Failf(engine.QueryOperation, "%s need numbers, and a value is %.60s", mode, value.Text(v))
}

// extremes keeps the least and the greatest of numbers.
type extremes struct {
	mode      string
	seen      bool
	low, high any
}

func (e *extremes) add(v any) error {
	n, ok := value.Float(v)
	if !ok {
		return noNumber("max, min and values_difference", v)
	}
	if low, _ := value.Float(e.low); !e.seen || n < low {
		e.low = v
	}
	if high, _ := value.Float(e.high); !e.seen || n > high {
		e.high = v
	}
	e.seen = true
	return nil
}

func (e *extremes) result() any {
	switch e.mode {
	case "max":
		return e.high
	case "min":
		return e.low
	}
	low, lowOK := e.low.(int64)
	high, highOK := e.high.(int64)
	if lowOK && highOK {
		return high - low
	}
	a, _ := value.Float(e.high)
	b, _ := value.Float(e.low)
	return a - b
}

// count counts the values. A list, a text or detections count as many values as they have
// elements.
type count struct{ n int64 }

func (c *count) add(v any) error {
	switch v := v.(type) {
	case []any:
		c.n += int64(len(v))
	case map[string]any:
		c.n += int64(len(v))
	case string:
		c.n += int64(len([]rune(v)))
	case *value.Detections:
		c.n += int64(v.Len())
	default:
		c.n++
	}
	return nil
}

func (c *count) result() any { return c.n }

// maxDistinct bounds the different values of an interval.
const maxDistinct = 100_000

// distinct keeps the distinct values and how often each occurred. A list counts as its
// elements.
type distinct struct {
	mode   string
	counts map[string]int64
	values []any
}

func (d *distinct) add(v any) error {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, v := range list {
		switch v.(type) {
		case []any, map[string]any, *value.Detections, *value.Image:
			return engine.Failf(engine.QueryOperation, "%s needs texts, numbers or lists of them", d.mode)
		}
		key := fmt.Sprintf("%T:%s", v, value.Text(v))
		if d.counts[key] == 0 {
			if len(d.values) >= maxDistinct {
				return engine.Failf(engine.LimitsCaused, "there are more than %d different values; use a shorter interval", maxDistinct)
			}
			d.values = append(d.values, v)
		}
		d.counts[key]++
	}
	return nil
}

func (d *distinct) result() any {
	switch d.mode {
	case "distinct":
		return slices.Clone(d.values)
	case "count_distinct":
		return int64(len(d.values))
	}
	out := map[string]any{}
	for _, v := range d.values {
		out[value.Text(v)] = d.counts[fmt.Sprintf("%T:%s", v, value.Text(v))]
	}
	return out
}

// summary computes one number or list from many values.
type summary interface {
	add(v any) error
	result() any
}
