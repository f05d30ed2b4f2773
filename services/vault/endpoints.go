package vault

import (
	"google.golang.org/grpc"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/vault/assertions"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/calls"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
	"github.com/keyhole-dev/keyhole/services/vault/people"
	"github.com/keyhole-dev/keyhole/services/vault/runs"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
	"github.com/keyhole-dev/keyhole/services/vault/suspensions"
	"github.com/keyhole-dev/keyhole/services/vault/trials"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

type (
	auditHandlers      = audit.Handlers
	workspaceHandlers  = workspaces.Handlers
	suspensionHandlers = suspensions.Handlers
	keyHandlers        = keys.Handlers
	sessionHandlers    = sessions.Handlers
	peopleHandlers     = people.Handlers
	credentialHandlers = credentials.Handlers
	trialHandlers      = trials.Handlers

	assertionHandlers          = assertions.InternalHandlers
	internalWorkspaceHandlers  = workspaces.InternalHandlers
	internalKeyHandlers        = keys.InternalHandlers
	internalCredentialHandlers = credentials.InternalHandlers
	grantHandlers              = credentialgrants.InternalHandlers
	runHandlers                = runs.InternalHandlers
	callHandlers               = calls.InternalHandlers
	openIDHandlers             = openid.InternalHandlers
)

// public implements the endpoint for clients. A method without a handler does not compile. No type in
// it has a method of the other endpoint, so no mistake in registration can expose one.
type public struct {
	vaultv1.UnsafeVaultServiceServer
	*auditHandlers
	*workspaceHandlers
	*suspensionHandlers
	*keyHandlers
	*sessionHandlers
	*peopleHandlers
	*credentialHandlers
	*trialHandlers
}

// internal implements the endpoint for other services.
type internal struct {
	vaultinternalv1.UnsafeVaultInternalServiceServer
	*assertionHandlers
	*internalWorkspaceHandlers
	*internalKeyHandlers
	*internalCredentialHandlers
	*grantHandlers
	*runHandlers
	*callHandlers
	*openIDHandlers
}

// RegisterPublic registers the endpoint for clients.
func (s *Service) RegisterPublic(r grpc.ServiceRegistrar) {
	vaultv1.RegisterVaultServiceServer(r, s.public)
}

// RegisterInternal registers the endpoint for other services.
func (s *Service) RegisterInternal(r grpc.ServiceRegistrar) {
	vaultinternalv1.RegisterVaultInternalServiceServer(r, s.internal)
}
