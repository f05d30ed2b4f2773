// Package strict makes grpc-gateway refuse what it would ignore: unknown fields and
// parameters, fields given twice, text that is not UTF-8, JSON that is too deep. Errors
// name the field and never quote a value. Fields that hold JSON pass unchanged.
//
// It knows the contract from the descriptors, and no service.
package strict
