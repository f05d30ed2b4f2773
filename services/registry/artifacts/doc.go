// Package artifacts owns the files of models: how they come in, are opened once in a model worker,
// are stored in the bucket, and go out to runs.
//
// It refuses to give a file to a client, the owner included. A file goes out with a run grant that
// lists its model, and in no other way. It refuses to delete objects that it
// has no row for: another installation may use the bucket too.
//
// Artifacts without a version are rows of orphaned_blobs:
//
//	upload: insert row -> store file -> set version and delete row, in one transaction
//	deletion: delete version and insert row, in one transaction -> delete file -> delete row
//
// A process that dies in between leaves a row. The sweep finds it a day later.
package artifacts
