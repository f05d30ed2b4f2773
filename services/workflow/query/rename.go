package query

import (
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// rename renames classes. The map and the strictness may come from a parameter of the
// query.
func rename(f *fields) operation {
	classMap, _ := f.get("class_map", true)
	strict, given := f.get("strict", false)
	if !given {
		strict = true
	}
	offset := f.whole("new_classes_id_offset", 1024)
	switch classMap.(type) {
	case map[string]any, string:
	default:
		f.bad("class_map", "must be an object or the name of a parameter")
	}
	return onDetections(f.kind, func(r *run, d *value.Detections) (any, error) {
		names, err := r.classMap(f.kind, classMap)
		if err != nil {
			return nil, err
		}
		isStrict, err := r.strictness(f.kind, strict)
		if err != nil {
			return nil, err
		}
		return renamed(f.kind, d, names, isStrict, offset)
	})
}

func (r *run) classMap(kind string, v any) (map[string]string, error) {
	v, err := r.parameter(v)
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, wrongType(kind, "an object as class_map", v)
	}
	names := make(map[string]string, len(object))
	for from, to := range object {
		if names[from], ok = to.(string); !ok {
			return nil, wrongType(kind, "strings in class_map", to)
		}
	}
	return names, nil
}

func (r *run) strictness(kind string, v any) (bool, error) {
	v, err := r.parameter(v)
	if err != nil {
		return false, err
	}
	strict, ok := v.(bool)
	if !ok {
		return false, wrongType(kind, "a boolean as strict", v)
	}
	return strict, nil
}

// parameter returns the run's value of a named parameter.
func (r *run) parameter(v any) (any, error) {
	name, ok := v.(string)
	if !ok {
		return v, nil
	}
	found, ok := r.scope.Params[name]
	if !ok {
		return nil, undeclared(name)
	}
	return value.Shallow(found), nil
}

func renamed(kind string, d *value.Detections, names map[string]string, strict bool, offset int64) (any, error) {
	switch {
	case d.Len() == 0, d.Data[value.ColumnClass] == nil && !strict:
		return d, nil
	case d.Data[value.ColumnClass] == nil:
		return nil, unnamed(kind)
	}
	ids, err := classIDs(kind, d, names, strict, offset)
	if err != nil {
		return nil, err
	}
	next := d.Copy()
	classes := make([]any, d.Len())
	next.ClassID = make([]int64, d.Len())
	for i := range classes {
		name := d.Class(i)
		if to, ok := names[name]; ok {
			name = to
		}
		classes[i], next.ClassID[i] = name, ids[name]
	}
	next.Data[value.ColumnClass] = classes
	return next, nil
}

func classIDs(kind string, d *value.Detections, names map[string]string, strict bool, offset int64) (map[string]int64, error) {
	ids := map[string]int64{}
	if strict {
		for i := range d.Len() {
			if _, ok := names[d.Class(i)]; !ok {
				return nil, fail(classOperation, "%s: a class of the detections is not in class_map, and strict is set", kind)
			}
		}
		offset = 0
	} else {
		for i := range d.Len() {
			ids[d.Class(i)] = d.ClassID[i]
		}
	}
	for _, name := range slices.Sorted(maps.Values(names)) {
		if _, known := ids[name]; !known {
			ids[name] = offset
			offset++
		}
	}
	return ids, nil
}
