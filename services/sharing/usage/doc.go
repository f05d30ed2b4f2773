// Package usage owns the sums of the ledger: for each hour, what runs were charged and what
// credentials were used for, by key, share, workflow, visitor, model and credential. The
// transaction that ends runs adds them to the sums, so a report reads no runs. It implements
// the RPCs that report usage and that compare the sums with the ledger.
//
// What it refuses: to show one workspace the names of another's models, credentials or
// workflows, and to count a run that has not ended.
package usage
