// Package number implements the numbers of the language, which are Python's: whole numbers
// of any size, and floats. A whole number is an int64, or a *big.Int if it does not fit; a
// float is a float64. true counts as 1 and false as 0.
//
// It knows no other values of the language.
package number
