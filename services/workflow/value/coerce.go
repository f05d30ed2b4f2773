package value

import (
	"slices"
	"strings"
)

// Coerce converts a plain value to one of the kinds. A value that already has one of them
// is returned unchanged. Otherwise the lax conversions of the language are tried in order:
// "12" and 12.0 are whole numbers, "0.9" is a number, "yes" and 1 are true. Nothing is
// converted to a text. A kind without a form accepts anything. Null is accepted and left to
// its use.
func Coerce(v any, kinds []string) (any, error) {
	if v == nil || !closed(kinds) || slices.ContainsFunc(kinds, func(kind string) bool { return plainKinds[kind].fits(v) }) {
		return v, nil
	}
	for _, kind := range kinds {
		if lax := plainKinds[kind].lax; lax != nil {
			if read, ok := lax(v); ok && plainKinds[kind].fits(read) {
				return read, nil
			}
		}
	}
	return nil, invalid("must be %s", Wanted(kinds))
}

// closed reports whether every kind has a form.
func closed(kinds []string) bool {
	return len(kinds) > 0 && !slices.ContainsFunc(kinds, func(kind string) bool { return plainKinds[kind].fits == nil })
}

// Wanted describes the values of the kinds, for people.
func Wanted(kinds []string) string {
	var all []string
	for _, kind := range kinds {
		if wants := plainKinds[kind].wants; !slices.Contains(all, wants) {
			all = append(all, wants)
		}
	}
	return strings.Join(all, ", or ")
}

// Forms returns the names of the forms in which a value can be read. A service that knows
// the wanted kinds but may not see the value can check with them whether it fits.
func Forms(v any) []string {
	var forms []string
	for _, kind := range plainKinds {
		if slices.Contains(forms, kind.wants) {
			continue
		}
		ok := kind.fits(v)
		if !ok && kind.lax != nil {
			read, lax := kind.lax(v)
			ok = lax && kind.fits(read)
		}
		if ok {
			forms = append(forms, kind.wants)
		}
	}
	slices.Sort(forms)
	return forms
}

// AllForms returns the forms of null, which every kind accepts.
func AllForms() []string {
	var forms []string
	for _, kind := range plainKinds {
		if !slices.Contains(forms, kind.wants) {
			forms = append(forms, kind.wants)
		}
	}
	slices.Sort(forms)
	return forms
}

// Takes reports whether one of the kinds accepts a value with these forms.
func Takes(kinds, forms []string) bool {
	return !closed(kinds) || slices.ContainsFunc(kinds, func(kind string) bool { return slices.Contains(forms, plainKinds[kind].wants) })
}
