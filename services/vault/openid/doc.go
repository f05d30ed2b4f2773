// Package openid signs people in with the operator's identity provider: OpenID Connect, authorization code flow with
// PKCE, state and nonce.
//
// It lives in the vault because the vault owns all secrets and all outbound calls. So the gateway gets no client
// secret and no way out, and a gateway that was taken over cannot say who a person is: the vault itself takes the ID
// token from the provider. The gateway only carries what the browser has to bring back, sealed by the vault.
//
// It refuses an answer that this browser did not ask for (login CSRF), that another issuer gave (mix-up, RFC 9207), or
// that was used before. It refuses an ID token that is not signed with a public key of the issuer for this client and
// this sign-in. It keeps no token. A person who signs in gets the role of the first rule that matches, and no access if
// none does.
package openid
