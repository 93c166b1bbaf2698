# Two stages: build with the pinned toolchain, run on a small Debian with nothing but the binary.
FROM rust:1.95-bookworm AS build
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends pkg-config libssl-dev && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cargo build --locked --release -p portreeve-server --bin portreeve

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home /var/lib/portreeve --create-home portreeve
COPY --from=build /src/target/release/portreeve /usr/local/bin/portreeve
USER portreeve
WORKDIR /var/lib/portreeve
EXPOSE 8080 9090
ENTRYPOINT ["portreeve"]
CMD ["serve", "--config", "/etc/portreeve/portreeve.toml"]
