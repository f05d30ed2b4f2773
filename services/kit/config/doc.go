// Package config reads a program's settings into one struct: from flags, else
// from KEYHOLE_* variables, else from a YAML or JSON file, else from defaults,
// all under the same names. Settings name secrets by file path only, so that neither a
// process list nor a dump contains them.
//
// The struct's fields carry kong's tags (help, default, enum, ...). A field
// Egress.Allow is the flag --egress-allow, the variable KEYHOLE_EGRESS_ALLOW and
// the file's key egress.allow or egress-allow.
//
// It refuses settings that the program does not have, a setting that is given twice, and a
// secret as a value.
package config
