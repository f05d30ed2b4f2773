package main

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// edit is a change of a resource: the changed fields and their mask. Fields outside the
// mask keep their values.
type edit struct {
	body object
	mask []string
}

// set sets a field, or a field of a field: "limits.runs".
func (e *edit) set(path string, value any) {
	if e.body == nil {
		e.body = object{}
	}
	e.mask = append(e.mask, path)
	into, field := e.body, path
	if outer, inner, nested := strings.Cut(path, "."); nested {
		if e.body[outer] == nil {
			e.body[outer] = object{}
		}
		into, field = e.body[outer].(object), inner
	}
	if value == nil {
		delete(into, field) // in the mask but not in the body: the field is cleared
		return
	}
	into[field] = value
}

// set sets a field if its flag was given.
func set[T any](e *edit, path string, flag *T) {
	if flag != nil {
		e.set(path, *flag)
	}
}

// number is set for an int64, which JSON holds as a string.
func number(e *edit, path string, flag *int64) {
	if flag != nil {
		e.set(path, strconv.FormatInt(*flag, 10))
	}
}

// choose is set for a flag that selects one of two values.
func choose(e *edit, path string, flag *bool, yes, no any) {
	switch {
	case flag == nil:
	case *flag:
		e.set(path, yes)
	default:
		e.set(path, no)
	}
}

// fields returns the fields of a new resource.
func (e *edit) fields() object {
	if e.body == nil {
		return object{}
	}
	return e.body
}

// send changes the resource and prints the result.
func (e *edit) send(a *app, k kind, text string, fields ...string) error {
	if len(e.mask) == 0 {
		return errors.New("nothing to change: set at least one flag; see --help")
	}
	return a.about(http.MethodPatch, k, text, "", url.Values{"updateMask": {strings.Join(e.mask, ",")}}, e.fields(), fields...)
}
