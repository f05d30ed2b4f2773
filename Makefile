# Keyhole. `make help` lists what there is.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

TOOLS := $(CURDIR)/.tools/bin
MODULES := ./proto/... ./services/... ./gateway/... ./deploy/...
PURE := ./deploy/cmd/keyhole ./gateway/cmd/keyhole-gateway $(foreach s,sharing vault registry runner,./services/$(s)/cmd/keyhole-$(s))
DATA ?= data
WEB := gateway/web/dist/app/index.html
WEB_SOURCES := $(shell find gateway/web/src gateway/web/*.html gateway/web/*.ts gateway/web/package-lock.json -type f 2>/dev/null)
LDFLAGS := -s -w
CASES ?=

# One way to compile for all that is built, tested and looked at: each package is then
# compiled once. The model worker alone needs cgo. The state of the clone is not stamped
# in: a file that somebody puts there would cause everything to be linked again.
WORKER := ./services/modelworker/cmd/...
export CGO_ENABLED := 0
export GOFLAGS += -trimpath -buildvcs=false

# Every tool at one version; a change here is a change that CI sees.
GEN_GO := google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
GEN_GRPC := google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
GEN_GATEWAY := github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway@v2.33.0
GEN_OPENAPI := github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2@v2.33.0
GOFUMPT := mvdan.cc/gofumpt@v0.12.0
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

.PHONY: run
run: build ## Build everything and start it with the demo: http://127.0.0.1:8080
	@bin/keyhole serve --data $(DATA) --demo --log-level warn

# Go's own cache knows what is stale; one call for all, so that nothing to do is
# done in a second.
.PHONY: build
build: assets $(WEB) ## Build every program into bin/
	@go build -ldflags '$(LDFLAGS)' -o bin/ $(PURE)
	@CGO_ENABLED=1 go build -ldflags '$(LDFLAGS)' -o bin/ $(WORKER)

.PHONY: assets
assets: ## Fetch ONNX Runtime, fonts and the demo's model into bin/ (checked sums)
	@deploy/fetch/onnxruntime.sh bin
	@deploy/fetch/pp-ocr.sh bin/models
	@deploy/fetch/fonts.sh bin/fonts

# The programs embed the web app. Without Node they are built without it, and
# serve a page that says how to get it.
$(WEB): $(WEB_SOURCES)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web; else echo 'no npm: building without the web app'; fi

.PHONY: web
web: ## Build the web app (Node 20); the programs built after it embed it
	@cd gateway/web && npm ci --no-audit --no-fund --loglevel=error && npm run build --silent

.PHONY: e2e-web
e2e-web: export SCREENS ?= all
e2e-web: build ## Test the web app in Chromium, in all widths and themes; SCREENS=few takes half of the time
	@deploy/fetch/chromium.sh
	@cd gateway/web && npm run gen:check --silent && npm run check --silent && npm test --silent && npm run e2e:halves --silent

.PHONY: bench-web
bench-web: build ## Measure the share page in Chromium; wants an idle machine
	@deploy/fetch/chromium.sh
	@cd gateway/web && npm run bench --silent

# The end-to-end tests wait much and are the longest package: they start first, while the
# others are compiled.
.PHONY: test
test: build ## Run every test; installs what is missing (PostgreSQL, Redis)
	@deploy/fetch/test-servers.sh
	@deploy/fetch/yolov8n.sh .tools/testdata
	@CGO_ENABLED=1 go vet $(WORKER)
	@go test -timeout 15m ./deploy/e2e/... $(MODULES) && CGO_ENABLED=1 go test -timeout 15m $(WORKER)
	@$(MAKE) --no-print-directory e2e-web SCREENS=few
	@$(MAKE) --no-print-directory conformance

# The tests write one line for each case; their own output is shown when one fails.
.PHONY: conformance
conformance: ## Run the language's conformance cases; CASES=DIR runs another folder of them
	@rm -f .tools/conformance.jsonl && mkdir -p .tools
	@out="$$(KEYHOLE_CONFORMANCE='$(abspath $(CASES))' KEYHOLE_CONFORMANCE_LOG=$(CURDIR)/.tools/conformance.jsonl go test -count=1 -run 'Conformance|Compile|DescribeInputs|OtherOperations' ./services/workflow/conformance ./services/workflow/query ./services/runner/engine 2>&1)" || { echo "$$out" | grep -vE '^(ok|PASS)' >&2; failed=1; }; \
	  go run ./deploy/cmd/conformance .tools/conformance.jsonl && test -z "$${failed:-}"

.PHONY: e2e
e2e: build ## Run the end-to-end tests alone
	@deploy/fetch/test-servers.sh
	@go test -count=1 -timeout 15m ./deploy/e2e/...

.PHONY: attack
attack: build ## Run every attack test and print a table: attack, attempts, blocked
	@deploy/fetch/test-servers.sh
	@deploy/fetch/yolov8n.sh .tools/testdata
	@rm -f .tools/attacks.jsonl
	@{ KEYHOLE_ATTACK_LOG=$(CURDIR)/.tools/attacks.jsonl go test -json -count=1 -timeout 15m -run "$$(go run ./deploy/cmd/attacks -pattern)" $(MODULES) || true; } | go run ./deploy/cmd/attacks .tools/attacks.jsonl

.PHONY: guard-corpus
guard-corpus: CORPUS ?= $(CURDIR)
guard-corpus: KEYS ?= 2000
guard-corpus: ## Look for pieces of random keys in ordinary text; CORPUS=DIR[:DIR], KEYS=2000
	@KEYHOLE_GUARD_CORPUS='$(CORPUS)' KEYHOLE_GUARD_KEYS=$(KEYS) go test ./services/vault/guard -count=1 -run TestOrdinaryTextHasNoPieces -timeout 60m -v

.PHONY: bench
bench: build ## Measure what the docs promise, in one run; wants an idle machine
	@deploy/fetch/test-servers.sh
	@deploy/fetch/yolov8n.sh .tools/testdata
	@go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./deploy/bench/...
	@go test -run '^$$' -bench Reports -benchtime 10x -timeout 20m ./services/sharing/usage
	@go test -run '^$$' -bench 'Handle|HotKey' -benchtime 3s ./services/vault/calls ./services/sharing/meter

.PHONY: check
check: lint lint-web ## Formatting, lint, contract, generated code: what CI wants clean
	@test -z "$$($(TOOLS)/gofumpt -l $$(git ls-files '*.go' | grep -v /gen/))" || { $(TOOLS)/gofumpt -d $$(git ls-files '*.go' | grep -v /gen/) | head -50; exit 1; }
	@$(TOOLS)/buf lint
	@$(MAKE) --no-print-directory gen
	@git diff --exit-code --stat -- proto/gen docs || { echo 'generated files are stale: run make gen and commit'; exit 1; }

.PHONY: gen
gen: tools-gen ## Generate code, OpenAPI and reference docs from their sources
	@$(TOOLS)/buf generate
	@go run ./deploy/cmd/docgen docs

.PHONY: lint
lint: tools-gen tools-lint ## golangci-lint over every module
	@$(TOOLS)/golangci-lint run $(MODULES) && CGO_ENABLED=1 $(TOOLS)/golangci-lint run $(WORKER)

.PHONY: lint-web
lint-web: ## ESLint and Prettier over the web app (Node 20)
	@cd gateway/web && { test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund --loglevel=error; } && npm run lint --silent

# tool,package: installed once for each version.
define tool
	@test -x $(TOOLS)/$(1) && test "$$(cat $(TOOLS)/$(1).version 2>/dev/null)" = '$(2)' || { echo "installing $(2)"; GOFLAGS= GOBIN=$(TOOLS) go install $(2) && echo '$(2)' >$(TOOLS)/$(1).version; }
endef

.PHONY: tools-gen
tools-gen:
	@mkdir -p $(TOOLS)
	@deploy/fetch/buf.sh $(TOOLS)
	$(call tool,protoc-gen-go,$(GEN_GO))
	$(call tool,protoc-gen-go-grpc,$(GEN_GRPC))
	$(call tool,protoc-gen-grpc-gateway,$(GEN_GATEWAY))
	$(call tool,protoc-gen-openapiv2,$(GEN_OPENAPI))
	$(call tool,gofumpt,$(GOFUMPT))

.PHONY: tools-lint
tools-lint:
	@mkdir -p $(TOOLS)
	$(call tool,golangci-lint,$(LINT))

.PHONY: clean
clean: ## Remove what was built (the data folder stays)
	@rm -rf bin
