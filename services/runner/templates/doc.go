// Package templates lists workflows to start from. They are data of this package: a folder
// for each has the definition, a sample picture, a thumbnail, the example result and a guide.
// What a template needs is derived from its definition, so the two cannot differ.
package templates
