# SPDX-License-Identifier: Apache-2.0
# The image of Sluice: docker build -t sluice:dev .
# One image for `sluice run`, `sluice produce` and `sluice simulate`; the command follows its name:
#   docker run --read-only --cap-drop ALL -v tables:/var/lib/sluice -v ./job.yaml:/etc/sluice/job.yaml:ro sluice:dev
# The tag moves with Debian's point releases, so that a build brings their security fixes; what decides how the
# program is built is pinned by scripts/deps.lock and bridge/Cargo.lock.
ARG DEBIAN=debian:12-slim

FROM ${DEBIAN} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /src
# Libraries and toolchain first: they stay in the cache until one of these files changes.
COPY scripts scripts
# What a bare machine lacks for the set-up itself.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends make \
 && scripts/setup run \
 && rm -rf /var/lib/apt/lists/*
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY bridge bridge
COPY config config
COPY docs/layers.txt docs/layers.txt
# What `sluice monitoring generate` writes.
COPY docs/runbooks docs/runbooks
COPY monitoring monitoring
COPY src src
RUN scripts/build release sluice \
 && cmake --install build/release --prefix /opt/sluice --strip \
 && install -d /opt/sluice/share/doc/sluice/licenses \
 && cp build/deps/licenses/* /opt/sluice/share/doc/sluice/licenses/ \
 && scripts/runtime_packages /opt/sluice/bin/sluice >/opt/sluice/share/doc/sluice/packages.txt

FROM ${DEBIAN}
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="A Kafka topic of JSON into a Delta Lake table, exactly once" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/sluice /usr/local
# The libraries that the program was linked with, the authorities for TLS, and the zones for times in local time.
# Their versions are those of the Debian release that it was built on.
# hadolint ignore=DL3008
RUN apt-get update \
 && xargs -a /usr/local/share/doc/sluice/packages.txt \
      apt-get install -y --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log \
 && groupadd --gid 10001 sluice \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/sluice --no-create-home --shell /usr/sbin/nologin sluice \
 && install -d -o 10001 -g 10001 -m 0750 /var/lib/sluice
COPY --chmod=0755 packaging/docker/sluice-healthcheck /usr/local/bin/sluice-healthcheck
COPY LICENSE THIRD_PARTY.md /usr/local/share/doc/sluice/
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/sluice
# Tables, checkpoints: the only place that is written to. The root may be read-only.
VOLUME /var/lib/sluice
EXPOSE 4040 4041
# Ready: the topic is there, the table is open, commits go through.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["sluice-healthcheck"]
ENTRYPOINT ["sluice"]
CMD ["run", "/etc/sluice/job.yaml"]
