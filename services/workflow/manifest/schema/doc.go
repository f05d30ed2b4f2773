// Package schema describes blocks to programs that write definitions: a JSON Schema
// (2020-12) for the step that uses a block, and an example of one.
//
// Beyond the standard, a field has "x-kinds" and "x-selector" where a reference may
// stand, "x-query" where a part of the query language stands, "x-credential" where a
// credential goes, and "x-model" where the id of a model stands.
package schema
