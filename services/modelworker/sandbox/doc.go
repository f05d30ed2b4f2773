// Package sandbox takes from a process everything that a model worker does not need: the
// network, the file system, other programs, privileges and unbounded memory.
//
// Call [Limit] first, before anything untrusted is read. Call [Seal] last, after all
// libraries are loaded and all files are open. From then on the process can only compute,
// allocate memory, start threads and use its open descriptors. Neither call can be undone.
package sandbox
