COMPOSE ?= docker compose
development := $(COMPOSE) -f docker-compose.yml -f docker-compose.dev.yml

.DEFAULT_GOAL := help
.PHONY: help up logs shell-backend db-shell test down

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

up: ## Start PostgreSQL, migrate with demo data, start the server on port 8000; it restarts when a source changes
	$(development) up --detach --build

logs: ## Follow what all containers say
	$(development) logs --follow

shell-backend: ## Open a shell in the server's container
	$(development) exec server bash

db-shell: ## Open psql as superuser in the database
	$(development) exec postgres psql --username=postgres severalty

test: ## Run the whole suite in the development image, on a PostgreSQL that it starts for itself
	$(development) build test
	$(development) run --rm test

down: ## Stop and remove the containers; the data stays in its volume
	$(development) down
