// Package artifacts owns the files of models. It receives them, opens them once in a model worker,
// stores them in the bucket, and sends them to runs.
//
// It refuses to give a file to a client, the owner included: a file goes out only with a run grant
// that lists its model. It refuses to delete objects that it has no row for, because another
// installation may use the bucket too.
//
// Artifacts without a version are rows of orphaned_blobs:
//
//	upload: insert row -> store file -> set version and delete row, in one transaction
//	deletion: delete version and insert row, in one transaction -> delete file -> delete row
//
// A process that dies in between leaves a row. The sweep finds it a day later.
package artifacts
