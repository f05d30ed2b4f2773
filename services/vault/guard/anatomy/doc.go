// Package anatomy divides a secret into its public parts and its body.
//
// Public parts do not count in a search. Otherwise ordinary text that contains them would be
// withheld, and known characters would help to guess unknown ones.
//
// It does not judge whether a secret can be guarded: package guard does.
package anatomy
