package rpc

// AuthenticationLife is how long an answer of the vault is used.
const AuthenticationLife = authenticationLife
