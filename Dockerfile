# syntax=docker/dockerfile:1
# The program; with `--target simulator`, the simulated TikTok of the demonstration.
#
# Both images hold one program, what it is linked to, and the certificates to trust: no shell, no package manager. They
# start from nothing because the smallest base with the C library is too large for 40 MB, and the program is measured with
# that library: musl's memory allocator is another.

FROM rust:1.95.0-slim-bookworm AS source
WORKDIR /src
COPY . .

# The cache mounts keep crates and compiled dependencies from one build to the next; what is left of a build is /image.
FROM source AS program-files
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --locked --release --package tiktok-access-reconciler --bin tiktok-access-reconciler \
    && sh k8s/image.sh target/release/tiktok-access-reconciler /image

FROM source AS simulator-files
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --locked --release --package tiktok-simulator --bin tiktok-simulator \
    && sh k8s/image.sh target/release/tiktok-simulator /image

FROM scratch AS simulator
LABEL org.opencontainers.image.title="tiktok-simulator" \
      org.opencontainers.image.description="A strict and hostile stand-in for TikTok's API for Business" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
COPY --from=simulator-files /image /
ENV PATH=/usr/local/bin
USER 65532:65532
ENTRYPOINT ["tiktok-simulator"]
CMD ["--help"]

FROM scratch AS program
# --build-arg REVISION=$(git rev-parse HEAD)
ARG REVISION=unknown
LABEL org.opencontainers.image.title="tiktok-access-reconciler" \
      org.opencontainers.image.description="Every night: which ad accounts should be shared with our TikTok member, which are, and who is asked for what" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=program-files /image /
ENV PATH=/usr/local/bin
# The C library keeps a heap for each thread, and what was freed in it. One heap, which gives large pieces back at once,
# takes a sixth to a quarter less memory and up to a tenth more time, a first night of a million accounts a third more
# (tests/bench/README.md).
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /
USER 65532:65532
# Kubernetes asks /healthz of `schedule` itself. Docker has nothing here to ask with, and learns only that the program starts.
HEALTHCHECK --interval=5m --timeout=5s CMD ["tiktok-access-reconciler", "--version"]
ENTRYPOINT ["tiktok-access-reconciler"]
CMD ["--help"]
