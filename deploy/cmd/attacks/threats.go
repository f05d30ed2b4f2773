package main

// threat is a row of the table whose tests are not named TestAttack. They count as one
// attempt for each subtest, or as one.
type threat struct {
	claim, name string
	// tests are names of tests. A subtest has its parents' names too:
	// "TestKeyhole/one_process/cases/x".
	tests []string
}

// threats are the attacks that were known before the first report from outside: on handles,
// addresses, tenants, budgets, models, and on what a client or a log may show. T1 to T5 are
// the names in docs/secure/threat-model.md.
var threats = []threat{
	{"T1", "definitions, destinations and models from a visitor", []string{
		"TestASharedRunTakesDeclaredInputsOnly", "TestDestinationsAreConstantAndSeen", "TestAVisitorChoosesNoDestination",
		"TestWhatHandsCredentialsOnIsNotShared", "TestEveryBodyIsRefusedByName", "TestEveryQueryFieldIsRefusedByName",
	}},
	{"T1", "somebody else's key where one's own is missing", []string{"TestThereIsNeverAFallback", "TestNoProxyFromTheEnvironment"}},
	{"T1", "methods without a rule, or for others", []string{
		"TestMethodWithoutRuleIsNotServed", "TestMembersMethodsNameTheirWorkspace", "TestEndpointsAreKeptApart", "TestWhoMayCallThePublicEndpoint",
		"TestWhoMayCallTheInternalEndpoint", "TestForwardedPrincipals", "TestOutgoingMetadataIsNoPrincipal", "TestTheInternalEndpointIsTheRunners",
	}},
	{"T2", "stolen, tampered and replayed handles", []string{
		"TestAHandleIsUsedOnce", "TestATamperedHandleIsRefused", "TestAHandleIsBoundToItsCall", "TestARunGrantAloneOpensNoCredential",
		"TestOnlyTheOwnerOpensCredentials", "TestHandleLaws", "TestReplicasRaceForTheLastCalls", "TestIdentityComesFromTheCertificate",
	}},
	{"T2", "forks and suspended links that keep a right", []string{"TestOnlyResumingEndsASuspension", "TestASuspensionLooksLikeAPause"}},
	{"T3", "reflection by a provider, whole or broken", []string{
		"TestReflection", "TestReflectionInBrokenHTTP", "TestOnlyListedHeadersGetOut", "TestAReflectedSecretSuspendsTheShare",
	}},
	{"T3", "redirects with a credential", []string{"TestRedirects", "TestRedirectsCarryNoCredential", "TestRedirectDropsTheCallersOwnSecrets"}},
	{"T3", "placeholders and headers of the caller's", []string{"TestNothingIsSubstituted", "TestCallersCopiesAreDropped", "TestRefusedRequests"}},
	{"T3", "work that continues after its right has ended", []string{
		"TestRevocationEndsRunningCalls", "TestRevocationWithoutMessages", "TestRevocationReachesTheOtherReplica", "TestNoCallBeginsAfterTheAccount",
	}},
	{"T3", "budgets under racing requests", []string{"TestNothingIsAdmittedTooMany", "TestTwoReplicasAdmitNoMoreThanOne", "TestALostRedisLosesNoCount"}},
	{"T3", "guesses at keys", []string{"TestGuessesAreLimitedByAddress", "TestGuessesAtTheSameTime", "TestManyAddressesGuess"}},
	{"T3", "oversized and endless requests and answers", []string{"TestSizes", "TestEndlessHeaders", "TestDeadlines", "TestMessagesAreBounded"}},
	{"T3", "tenants that request another's resources", []string{"TestNoRPCCrossesTenants", "TestOthersResourcesLookLikeNone"}},
	{"T3", "hostile models", []string{
		"TestHostileFilesAreRefused", "TestHugeDimensionsAreRefused", "TestAModelCannotReadFiles", "TestMemoryIsCapped",
		"TestInputsAndOutputsBeyondTheArenaAreRefused", "TestAStubbornModelIsKilled", "TestTheWorkerIsSealed",
	}},
	{"T3", "markup in strangers' texts", []string{"TestPageEscapesWhatStrangersWrote"}},
	{"T4", "addresses that egress must refuse", []string{
		"TestAddressIsRefusedBeforeAConnection", "TestNameWithPrivateAddressIsRefused", "TestRebinding", "TestTLSIsVerifiedToTheName",
		"TestDestinationBelongsToTheCredential", "TestParseDestination", "TestRefusedURLs", "TestAddresses",
	}},
	{"T5", "canaries in replies, logs, traces, databases and files; every RPC, one process and five", []string{"TestKeyhole"}},
	{"T5", "kill -9 of each program against the provider's own count", []string{"TestKill"}},
}
