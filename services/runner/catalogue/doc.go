// Package catalogue lists the blocks of the language for clients. It is made once from
// the manifests and never changes.
package catalogue
