#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the images of the Docker lab, leakverifier/client and leakverifier/server, and leakverifier/suite, which holds the
# harness itself. The base is BASE (an image), or, where
# that is not set, debian:bookworm-slim from a registry, or, where none can be reached, the same system made from Debian's
# packages with mmdebstrap. Both programs come from artifacts/.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$0: $1" >&2
    exit 69
}

for program in vpn-firewall leakverifier; do
    [ -x "artifacts/$program" ] || fail "artifacts/$program is missing; ./verify.sh or ./test.sh builds it"
done
docker version >/dev/null 2>&1 || fail "no Docker engine answers at ${DOCKER_HOST:-the usual socket}; eng/engine.sh starts one"

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT

# The same packages from the same archive as the registry's image, without documentation.
bootstrap() {
    command -v mmdebstrap >/dev/null || fail "no registry answers, and mmdebstrap is missing (package mmdebstrap)"
    mmdebstrap --quiet --variant=minbase \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        bookworm - | docker import - leakverifier/base >/dev/null || fail "mmdebstrap could not make a base system"
}

if [ -z "${BASE:-}" ]; then
    BASE=debian:bookworm-slim
    if ! docker image inspect "$BASE" >/dev/null 2>&1 && ! timeout 20 docker pull -q "$BASE" >/dev/null 2>&1; then
        BASE=leakverifier/base
        docker image inspect "$BASE" >/dev/null 2>&1 || bootstrap
    fi
fi

# Packages are fetched through the machine's own network: the lab's engine may have none to give.
cp artifacts/vpn-firewall artifacts/leakverifier "$context/"
for target in client server suite; do
    docker build --quiet --network host --file docker/Dockerfile --target "$target" --tag "leakverifier/$target" \
        --build-arg "BASE=$BASE" --build-arg "FIREWALL_SHA256=$(sha256sum artifacts/vpn-firewall | cut -d ' ' -f 1)" \
        "$context" >/dev/null 2>"$context/.log" || { cat "$context/.log" >&2; fail "the image leakverifier/$target could not be built"; }
done
docker image ls --filter reference='leakverifier/*' --format '{{.Repository}} {{.Size}}' >&2
