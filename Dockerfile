# Rewound and a MySQL in one image: a container of it is one world. See docs/containers.md.
#
#     docker build --tag rewound .
#
# BASE is an image of Debian bookworm or newer, or of one of its kin with Python 3.11.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
ARG PIP_INDEX_URL
ARG DEBIAN_FRONTEND=noninteractive
ENV REWOUND_CACHE_DIR=/opt/rewound/cache
RUN apt-get update -q \
 && apt-get install -q --yes --no-install-recommends python3-venv
COPY requirements-image.txt /build/
RUN python3 -m venv /opt/rewound \
 && /opt/rewound/bin/pip install --quiet --no-cache-dir --disable-pip-version-check \
    --require-hashes --requirement /build/requirements-image.txt
COPY LICENSE README.md pyproject.toml /build/
COPY docs/rewound.1 /build/docs/
COPY src /build/src
RUN /opt/rewound/bin/pip install --quiet --no-cache-dir --disable-pip-version-check \
    --no-deps --no-build-isolation /build
# No world needs the programs beside mysqld, 136 MB. Each makes its TLS keys itself: those of the
# template would be the same for all who have the image.
# The checksums of MySQL's packages stay, so that an image can say what it is made of.
RUN /opt/rewound/bin/rewound server install --template \
 && cp "$REWOUND_CACHE_DIR/packages/SHA256SUMS" /opt/rewound/mysql-packages.sha256sums \
 && rm -r "$REWOUND_CACHE_DIR/packages" "$REWOUND_CACHE_DIR"/templates/*/*.pem \
 && rm -r "$REWOUND_CACHE_DIR"/servers/*/usr/bin \
 && chmod -R a+rX "$REWOUND_CACHE_DIR"

FROM ${BASE}
LABEL org.opencontainers.image.title="Rewound" \
      org.opencontainers.image.description="One MySQL dump as a proven, throw-away server" \
      org.opencontainers.image.licenses="Apache-2.0"
ARG DEBIAN_FRONTEND=noninteractive
# Whatever user it runs as may write to a new volume.
RUN apt-get update -q \
 && apt-get install -q --yes --no-install-recommends python3 age gnupg openssl \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* \
 && install -d -m 1777 -o 999 -g 999 /var/lib/mysql
COPY --from=build /opt/rewound /opt/rewound
ENV PATH=/opt/rewound/bin:$PATH REWOUND_CACHE_DIR=/opt/rewound/cache
# The container's published ports decide who reaches the world.
ENV REWOUND_DATA_DIR=/var/lib/mysql REWOUND_BIND_ADDRESS=0.0.0.0
VOLUME /var/lib/mysql
EXPOSE 3306
USER 999:999
# A load may take hours, which are no failure; the first success ends the start period.
HEALTHCHECK --interval=5s --timeout=5s --start-period=24h --retries=3 \
    CMD ["rewound", "check-world"]
# A stop that comes before Python can take it waits: the first process of a container loses it.
ENTRYPOINT ["env", "--block-signal=TERM", "rewound"]
