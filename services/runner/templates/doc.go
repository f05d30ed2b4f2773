// Package templates lists workflows to start from. They are data of this package: the folder
// of a template has its definition, a sample picture, a thumbnail, the example result and a
// guide. The needs of a template are derived from its definition, so the two cannot differ.
package templates
