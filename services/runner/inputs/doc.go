// Package inputs turns the inputs of one run into values, within limits.
//
// It says what sharing must know of inputs before it authorises the run: which have a value, in
// which forms they can be read, how many elements they have and which cannot be a credential.
// It refuses missing and wrong inputs with one error that lists all of them, and it fetches pictures
// only through the function that it is given.
package inputs
