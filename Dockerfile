# Two stages: build with the pinned toolchain, run on a small Debian with nothing but the binary.
FROM rust:1.95-bookworm AS build
WORKDIR /src
# Debian keeps one version of a package in a release; a pin would only break the next build.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends pkg-config libssl-dev && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cargo build --locked --release -p portreeve-server --bin portreeve

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 portreeve \
    && useradd --system --uid 10001 --gid portreeve --home-dir /var/lib/portreeve --create-home portreeve
COPY --from=build /src/target/release/portreeve /usr/local/bin/portreeve
COPY --chmod=755 deploy/is-ready /usr/local/bin/is-ready
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/portreeve
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["is-ready"]
ENTRYPOINT ["portreeve"]
CMD ["serve", "--config", "/etc/portreeve/portreeve.toml"]
