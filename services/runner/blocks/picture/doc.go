// Package picture has the blocks that make pictures of others without a model.
package picture
