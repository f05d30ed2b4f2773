// Package signature signs requests to S3 with AWS Signature Version 4
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
//
// It signs, and decides nothing: package egress says what may be signed. The SDK's signer would link 60 packages into
// the vault for these 100 lines.
package signature
