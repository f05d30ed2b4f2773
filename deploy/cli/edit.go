package cli

import (
	"strconv"
	"strings"
)

// Edit is a change of a resource: the changed fields and their mask. Fields outside the
// mask keep their values. The zero value changes nothing.
type Edit struct {
	body Object
	mask []string
}

// Set sets a field, or a field of a field: "limits.runs". nil clears it.
func (e *Edit) Set(path string, value any) {
	if e.body == nil {
		e.body = Object{}
	}
	e.mask = append(e.mask, path)
	into, field := e.body, path
	if outer, inner, nested := strings.Cut(path, "."); nested {
		if e.body[outer] == nil {
			e.body[outer] = Object{}
		}
		into, field = e.body[outer].(Object), inner
	}
	if value == nil {
		delete(into, field) // in the mask but not in the body: the field is cleared
		return
	}
	into[field] = value
}

// Text sets a field if its flag was given.
func (e *Edit) Text(path string, flag *string) {
	if flag != nil {
		e.Set(path, *flag)
	}
}

// Number sets an int64 field, which JSON holds as a string, if its flag was given.
func (e *Edit) Number(path string, flag *int64) {
	if flag != nil {
		e.Set(path, strconv.FormatInt(*flag, 10))
	}
}

// Choose sets a field to one of two values if its flag was given.
func (e *Edit) Choose(path string, flag *bool, yes, no any) {
	switch {
	case flag == nil:
	case *flag:
		e.Set(path, yes)
	default:
		e.Set(path, no)
	}
}

// Fields returns the changed fields. They are also the fields of a new resource.
func (e *Edit) Fields() Object {
	if e.body == nil {
		return Object{}
	}
	return e.body
}
