# SPDX-License-Identifier: GPL-3.0-or-later
# A Docker engine for the tests: the one that runs, or one of our own, apart from any other: own socket, own folders, no
# bridge and no firewall rules (containers of the lab have no network of the engine's). To be sourced after eng/setup.sh.

ENGINE_PACKAGES="docker.io mmdebstrap"
ENGINE_RUN=/run/leakverifier-engine
ENGINE_DATA=/var/lib/leakverifier-engine # Kept, so that images are built once.

engine_answers() {
    docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# ensure_engine: makes sure that one answers; DOCKER_HOST names it where it is ours.
ensure_engine() {
    ENGINE_IS_OURS=no
    command -v docker >/dev/null && engine_answers && return 0
    # shellcheck disable=SC2086
    install_missing $ENGINE_PACKAGES
    # Installing the package starts one where there is a service manager.
    engine_answers && return 0
    start_own_engine
}

start_own_engine() {
    mkdir -p "$ENGINE_RUN" "$ENGINE_DATA"
    export DOCKER_HOST="unix://$ENGINE_RUN/docker.sock"
    ENGINE_IS_OURS=yes
    if engine_answers; then
        return 0 # Of a run that was killed.
    fi
    dockerd --host "$DOCKER_HOST" --data-root "$ENGINE_DATA" --exec-root "$ENGINE_RUN/exec" \
        --pidfile "$ENGINE_RUN/pid" --iptables=false --ip6tables=false --ip-forward=false --bridge=none \
        >"$ENGINE_RUN/log" 2>&1 &
    tries=0
    until engine_answers; do
        tries=$((tries + 1))
        if [ $tries -ge 60 ] || ! kill -0 $! 2>/dev/null; then
            echo "$0: the Docker engine does not start; its last words:" >&2
            tail -n 5 "$ENGINE_RUN/log" >&2
            exit 69
        fi
        sleep 0.5
    done
}

# stop_own_engine: ends the engine that ensure_engine started, and no other.
stop_own_engine() {
    if [ "${ENGINE_IS_OURS:-no}" = yes ] && [ -f "$ENGINE_RUN/pid" ]; then
        engine=$(cat "$ENGINE_RUN/pid")
        kill "$engine" 2>/dev/null || return 0
        tail --pid="$engine" -f /dev/null
        # It leaves two of its own mounts behind.
        umount "$ENGINE_RUN/exec/netns/default" 2>/dev/null || true
        umount "$ENGINE_DATA" 2>/dev/null || true
        rm -rf "$ENGINE_RUN"
    fi
}
