// Package credential has the commands for credentials of third parties. It reads a value from
// a file or from standard input, never from an argument, which other users of the machine can
// see. It prints no value.
package credential
