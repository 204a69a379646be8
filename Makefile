# `make` lists the targets.
.DEFAULT_GOAL := help
SHELL := bash
export PATH := $(if $(PORTAL_CACHE),$(PORTAL_CACHE),$(HOME)/.cache/portal)/bin:$(PATH)

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Start everything, with a made-up company and its people, in one command
	go run ./cmd/demo

.PHONY: dev
dev: node_modules ## The demo, built and started again whenever a file changes
	@trap 'kill 0' EXIT; \
	npm run --silent css -- --watch=always & \
	go tool templ generate --watch --cmd "go run ./cmd/demo" \
	  --watch-pattern '\.(go|templ|css|svg|js|yaml|sql)$$'

.PHONY: storybook
storybook: ## Every page and component in every state, without a database
	go run ./cmd/portal storybook

.PHONY: test
test: ## All tests, on a real PostgreSQL; browser journeys where Chromium is found
	go test ./...

.PHONY: check
check: ## Everything that CI checks (.ci/run installs what it needs, then does this)
	bash .ci/check

.PHONY: lint
lint: ## Import directions, forbidden calls, unchecked errors, dead code
	bash .ci/check lint deadcode

.PHONY: mutants
mutants: ## Take each defence of .ci/mutants/list away and see a test turn red
	go run .ci/mutants/main.go

.PHONY: bench
bench: ## Measure the portal against hand-written baselines; prints ratios
	go run ./cmd/bench

.PHONY: kill
kill: ## Kill portals at work, a hundred times for each kind, and see that all ends right
	go run ./cmd/kill

.PHONY: generate
generate: node_modules ## Write the Go of the templates and the stylesheet
	go tool templ generate -log-level warn
	npm run --silent css

.PHONY: fmt
fmt: ## Put Go and templates in their one form
	golangci-lint fmt
	go tool templ fmt -log-level warn views

node_modules: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch node_modules
