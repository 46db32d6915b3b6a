#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, checks the formatting and runs every test. The last line counts them.
set -eu
cd "$(dirname "$0")"
. eng/setup.sh
. eng/engine.sh
. eng/vm.sh

require_root
require_dotnet
# iptables: other people's firewalls are tested too. procps and iputils-ping: tests use sysctl, kill and ping. z3: the
# prover's second opinion.
# shellcheck disable=SC2086
install_missing $BUILD_PACKAGES $LAB_PACKAGES $DEB_PACKAGES $VM_PACKAGES procps iputils-ping z3
build_programs
dotnet build LeakVerifier.sln --nologo -v quiet || exit 70
dotnet format LeakVerifier.sln --no-restore --verify-no-changes || { echo "run 'dotnet format'" >&2; exit 70; }

# What a failed test leaves: its output and, beside it, captures, rules and logs of its labs.
results=artifacts/test-results
rm -rf "$results" artifacts/test-evidence
trap stop_own_engine EXIT
ensure_engine
docker/build-images.sh
packaging/build-deb.sh >/dev/null
build_vm_base
# Broken configurations that are tried: a million, where a developer's `dotnet test` tries a tenth.
export LV_FUZZ_CASES="${LV_FUZZ_CASES:-1000000}"
status=0
for suite in unit integration; do
    echo "== $suite tests"
    # A background job has SIGINT ignored, and one under nohup SIGHUP, and so would the programs under test.
    env --default-signal=HUP,INT,QUIT dotnet test "tests/$suite" --no-build --nologo --logger "console;verbosity=normal" \
        --logger "trx;LogFileName=$suite.trx" --results-directory "$results" || status=1
done

# counter NAME: the sum of a counter over the suites' result files.
counter() {
    sed -n "s/.*<Counters.* $1=\"\([0-9]*\)\".*/\1/p" "$results"/*.trx | awk '{ sum += $1 } END { print sum + 0 }'
}

# failures: the failed tests once more, what was expected of each and where, so that a log's end names them.
failures() {
    awk '/<UnitTestResult .*outcome="Failed"/ { failed = 1; lines = 0; print }
         /<ErrorInfo>/ { error = 1 }
         failed && error && lines++ < 30 { print }
         /<\/ErrorInfo>/ { error = 0 }
         /<\/UnitTestResult>/ { failed = 0 }' "$results"/*.trx |
        sed -e 's/.*<UnitTestResult .* testName="\([^"]*\)".*/== failed: \1/' -e 's/<[^>]*>//g' \
            -e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#xD;//g; s/&amp;/\&/g' \
            -e '/^ *$/d' -e '/^ *at \(FluentAssertions\|NUnit\|System\)\./d'
}

passed=$(counter passed)
failed=$(counter failed)
skipped=$(( $(counter total) - passed - failed ))
[ "$passed" -gt 0 ] || { echo "no test ran" >&2; status=1; }
[ "$skipped" -eq 0 ] || [ -z "${CI-}" ] || { echo "a test was skipped" >&2; status=1; }
[ "$failed" -eq 0 ] || failures | head -n 100
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
