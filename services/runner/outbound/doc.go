// Package outbound owns the ways out of one run: the vault's egress and the registry's models, both
// under the run's grant.
//
// It refuses to hold a secret: a call names handles, and the vault adds the credentials. It refuses
// a second call in an attempt that has a credential, and it never follows a redirect itself.
package outbound
