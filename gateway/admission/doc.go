// Package admission refuses a request before its body is read if it must fail: its link or
// workflow does not exist, or its page may not run the link. The services check again, so
// admission grants nothing.
package admission
