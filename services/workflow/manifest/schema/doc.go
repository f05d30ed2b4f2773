// Package schema describes blocks to programs that write definitions: a JSON Schema (2020-12)
// for the step that uses a block, and an example of one.
//
// A field has keywords beyond the standard: "x-kinds" and "x-selector" where a reference may
// stand, "x-query" for a part of the query language, "x-credential" for a credential, and
// "x-model" for the ID of a model.
package schema
