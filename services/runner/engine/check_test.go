package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// at follows a path through a result. An asterisk returns several values.
func at(v any, path []any) ([]any, error) {
	if len(path) == 0 {
		return []any{v}, nil
	}
	if path[0] == "*" {
		list, _ := v.([]any)
		var out []any
		for _, item := range list {
			found, err := at(item, path[1:])
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
		return out, nil
	}
	inner, err := step(v, path[0])
	if err != nil {
		return nil, err
	}
	return at(inner, path[1:])
}

func step(v, key any) (any, error) {
	if position, ok := key.(float64); ok {
		list, _ := v.([]any)
		if int(position) >= len(list) || position < 0 {
			return nil, fmt.Errorf("no element %v in a list of %d", position, len(list))
		}
		return list[int(position)], nil
	}
	name, _ := key.(string)
	switch v := v.(type) {
	case map[string]any:
		inner, ok := v[name]
		if !ok {
			return nil, fmt.Errorf("no key %q", name)
		}
		return inner, nil
	case *value.Detections:
		if name == "data" { // the reference keeps named columns one level deeper
			return v, nil
		}
		return columnNamed(v, name)
	}
	return nil, fmt.Errorf("no key %q in a %T", name, v)
}

func columnNamed(d *value.Detections, name string) (any, error) {
	out := []any{}
	for i := range d.Len() {
		switch name {
		case "xyxy":
			box := d.XYXY[i]
			out = append(out, []any{box[0], box[1], box[2], box[3]})
		case "confidence":
			out = append(out, d.Confidence[i])
		case "class_id":
			out = append(out, d.ClassID[i])
		case "tracker_id":
			out = append(out, d.TrackerID[i])
		case "mask":
			if i >= len(d.Masks) {
				return nil, nil
			}
			out = append(out, d.Masks[i])
		default:
			if d.Data[name] == nil {
				return nil, fmt.Errorf("no column %q", name)
			}
			out = append(out, d.At(name, i))
		}
	}
	return out, nil
}

// check tests one assertion against a result.
func (s *suite) check(result any, c conformance.Check) error {
	found, err := at(result, c.Path)
	if err != nil {
		return err
	}
	var want any
	if len(c.Value) > 0 {
		if want, err = value.Decode(c.Value); err != nil {
			return err
		}
		if !strings.Contains(c.Op, "_as") && c.Op != "differs_from" {
			if want, err = s.special(want); err != nil {
				return err
			}
		}
	}
	if c.Op == "any_of" {
		return s.anyOf(result, c)
	}
	for _, got := range found {
		if err := s.one(got, want, c); err != nil {
			return fmt.Errorf("%v %s: %w", c.Path, c.Op, err)
		}
	}
	return nil
}

func (s *suite) anyOf(result any, c conformance.Check) error {
	var alternatives []conformance.Check
	if err := json.Unmarshal(c.Value, &alternatives); err != nil {
		return err
	}
	var last error
	for _, alternative := range alternatives {
		if last = s.check(result, alternative); last == nil {
			return nil
		}
	}
	return last
}

func (s *suite) one(got, want any, c conformance.Check) error {
	var ok bool
	switch c.Op {
	case "eq":
		ok = alike(got, want, 0, 0)
	case "ne":
		ok = !alike(got, want, 0, 0)
	case "approx":
		ok = alike(got, want, of(c.Tolerance), of(c.RelativeTolerance))
	case "len":
		ok = float64(length(got)) == asFloat(want)
	case "lt", "le", "gt", "ge":
		ok = ordered(c.Op, asFloat(got), asFloat(want))
	case "shape":
		ok = alike(shape(got, want), want, 0, 0)
	case "type":
		ok = isType(got, want)
	case "keys":
		ok = hasKeys(got, want)
	case "contains":
		ok = contains(got, want)
	case "not_contains":
		ok = !contains(got, want)
	case "set_eq", "sorted_eq":
		ok = sameSet(got, want) && (c.Op == "set_eq" || length(got) == length(want))
	case "one_of":
		ok = contains(want, got)
	case "none_of":
		ok = !contains(want, got)
	case "ends_with":
		text, _ := got.(string)
		ok = strings.HasSuffix(text, value.Text(want))
	case "is_null":
		ok = got == nil
	case "not_null":
		ok = got != nil
	case "truthy":
		ok = value.Truthy(got)
	case "falsy":
		ok = !value.Truthy(got)
	case "starts_with":
		text, _ := got.(string)
		ok = strings.HasPrefix(text, value.Text(want))
	case "same_as", "differs_from", "same_len_as", "approx_same_as", "same_shape_as":
		return s.compare(got, want, c)
	default:
		var known bool
		if ok, known = measured(got, want, c); !known {
			return fmt.Errorf("the check %s is not known", c.Op)
		}
	}
	if !ok {
		return fmt.Errorf("got %s, want %s", brief(got), brief(want))
	}
	return nil
}

// compare compares a value with another result.
func (s *suite) compare(got, want any, c conformance.Check) error {
	other, err := s.resultOf(want.(map[string]any))
	if err != nil {
		return err
	}
	ok := alike(got, other, 0, 0)
	switch c.Op {
	case "differs_from":
		ok = !ok
	case "approx_same_as":
		ok = alike(got, other, of(c.Tolerance), of(c.RelativeTolerance))
	case "same_len_as":
		ok = length(got) == length(other)
	case "same_shape_as":
		ok = alike(shape(got, nil), shape(other, nil), 0, 0)
	}
	if !ok {
		return fmt.Errorf("got %s, held against %s", brief(got), brief(other))
	}
	return nil
}

// measured are the checks of a form like size_ge: a measure and a comparison.
func measured(got, want any, c conformance.Check) (ok, known bool) {
	at := strings.LastIndex(c.Op, "_")
	if at < 0 {
		return false, false
	}
	var n float64
	switch measure := c.Op[:at]; measure {
	case "len":
		n = float64(length(got))
	case "shape_at":
		dims, _ := shape(got, nil).([]any)
		if c.Index == nil || *c.Index >= len(dims) {
			return false, true
		}
		n = asFloat(dims[*c.Index])
	case "size", "sum", "min", "max", "mean":
		n = aggregate(measure, flatten(got))
	default:
		return false, false
	}
	return ordered(c.Op[at+1:], n, asFloat(want)), true
}

func ordered(op string, a, b float64) bool {
	switch op {
	case "eq":
		return a == b
	case "lt":
		return a < b
	case "le":
		return a <= b
	case "gt":
		return a > b
	}
	return op == "ge" && a >= b
}

// flatten returns all numbers in a value; for a picture, the channels of its pixels.
func flatten(v any) []float64 {
	switch v := v.(type) {
	case []any:
		var out []float64
		for _, item := range v {
			out = append(out, flatten(item)...)
		}
		return out
	case *value.Image:
		pixels, err := v.Pixels(context.Background())
		if err != nil {
			return nil
		}
		var out []float64
		for y := range v.Height() {
			for x := range v.Width() {
				for _, channel := range channels(pixels, x, y) {
					out = append(out, float64(channel))
				}
			}
		}
		return out
	}
	return []float64{asFloat(v)}
}

func aggregate(measure string, numbers []float64) float64 {
	if measure == "size" {
		return float64(len(numbers))
	}
	if len(numbers) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, n := range numbers {
		sum += n
	}
	switch measure {
	case "min":
		return slices.Min(numbers)
	case "max":
		return slices.Max(numbers)
	case "mean":
		return sum / float64(len(numbers))
	}
	return sum
}

func of(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}

func asFloat(v any) float64 {
	f, ok := value.Float(v)
	if !ok {
		return math.NaN()
	}
	return f
}

func alike(got, want any, tolerance, relative float64) bool {
	if x, ok := want.(*value.Image); ok {
		y, ok := got.(*value.Image)
		return ok && x.Width() == y.Width() && x.Height() == y.Height() && alikeShare(x, y) == 1.0
	}
	if x, ok := want.([]any); ok {
		y, ok := got.([]any)
		return ok && slices.EqualFunc(y, x, func(a, b any) bool { return alike(a, b, tolerance, relative) })
	}
	if x, ok := want.(map[string]any); ok {
		y, ok := got.(map[string]any)
		return ok && len(x) == len(y) && !slices.ContainsFunc(keys(x), func(k any) bool {
			item, ok := y[k.(string)]
			return !ok || !alike(item, x[k.(string)], tolerance, relative)
		})
	}
	x, one := value.Float(want)
	y, two := value.Float(got)
	if one && two && tolerance+relative > 0 {
		return math.Abs(x-y) <= max(tolerance, relative*math.Abs(x))
	}
	return value.Equal(got, want)
}

func length(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	case *value.Detections:
		return v.Len()
	case string:
		return len([]rune(v))
	}
	return -1
}

// shape includes channels only if the wanted shape does. A list of masks is one array.
func shape(v, want any) any {
	switch v := v.(type) {
	case *value.Mask:
		return []any{int64(v.Height), int64(v.Width)}
	case []any:
		if len(v) == 0 {
			return []any{int64(0)}
		}
		inner, _ := shape(v[0], nil).([]any)
		return append([]any{int64(len(v))}, inner...)
	}
	picture, ok := v.(*value.Image)
	if !ok {
		return nil
	}
	dims := []any{int64(picture.Height()), int64(picture.Width()), int64(3)}
	if pixels, err := picture.Pixels(context.Background()); err == nil {
		if _, gray := pixels.(*image.Gray); gray {
			dims = dims[:2]
		}
	}
	if list, ok := want.([]any); ok && len(list) < len(dims) {
		return dims[:len(list)]
	}
	return dims
}

func isType(v, want any) bool {
	names, ok := want.([]any)
	if !ok {
		names = []any{want}
	}
	return slices.Contains(names, any(typeOf(v)))
}

func typeOf(v any) string {
	switch v.(type) {
	case []any:
		return "list"
	case map[string]any:
		return "object"
	case string:
		return "string"
	case int64:
		return "integer"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case *value.Image:
		return "image"
	case *value.Detections:
		return "detections"
	case time.Time:
		return "timestamp"
	}
	return "null"
}

func keys(m map[string]any) []any {
	var out []any
	for key := range m {
		out = append(out, key)
	}
	return out
}

func hasKeys(v, want any) bool {
	object, _ := v.(map[string]any)
	return object != nil && sameSet(keys(object), want)
}

func sameSet(a, b any) bool {
	x, _ := a.([]any)
	y, _ := b.([]any)
	inOther := func(list []any) func(any) bool {
		return func(item any) bool {
			return !slices.ContainsFunc(list, func(other any) bool { return alike(item, other, 0, 0) })
		}
	}
	return !slices.ContainsFunc(x, inOther(y)) && !slices.ContainsFunc(y, inOther(x))
}

func contains(v, want any) bool {
	switch v := v.(type) {
	case map[string]any:
		_, ok := v[value.Text(want)]
		return ok
	case string:
		return strings.Contains(v, value.Text(want))
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return alike(item, want, 0, 0) })
	}
	return false
}

func brief(v any) string {
	text := value.Text(v)
	if len(text) > 300 {
		text = text[:300] + "..."
	}
	return text
}
