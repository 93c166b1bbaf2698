# Every target first installs what is missing on this machine and says so; see scripts/install.
# The tools it puts under tests/.work/bin (git-ignored) win over the machine's own.
export PATH := $(CURDIR)/tests/.work/bin:$(PATH)

.PHONY: demo test check

# The development profile: dependencies are optimised in it and Argon2 fully, so pages answer at once,
# while the release profile's fat link-time optimisation adds minutes to the first start.
demo:
	@scripts/install demo
	cargo run --locked -p portreeve-server --bin portreeve -- demo

# `cargo test` and not a process per test: tests of one binary then share one PostgreSQL.
test:
	@scripts/install test
	cargo test --locked --workspace

# What a reviewer's machine refuses before any test runs.
check:
	@scripts/install ci
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo deny --locked --log-level error check bans licenses sources
	scripts/check-deploy
