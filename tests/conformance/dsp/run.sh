#!/usr/bin/env bash
# The Dataspace Protocol's test kit against a release build, over mutual TLS.
#
#     bash tests/conformance/dsp/run.sh [--runs N] [DISPLAY NAME OF ONE TEST]
#
# Ends with 0 if every test that was wanted passed (65, or the one named), N times in a row; and, loudly,
# where there is no Java, no Maven or no registry to have the kit from.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

runs=1
if [ "${1:-}" = --runs ]; then
    runs=$2
    shift 2
fi

skipped() {
    printf '%s\n' \
        "############################################################################" \
        "# SKIPPED: the Dataspace Protocol's test kit was not run." >&2
    printf '#   %s\n' "$@" >&2
    printf '%s\n' \
        "# Run \`just tck\` where Java 17, Maven and its registry can be had." \
        "############################################################################" >&2
    exit 0
}

for tool in java javac mvn; do
    command -v "$tool" >/dev/null 2>&1 || skipped "\`$tool\` is not installed"
done

target="${CARGO_TARGET_DIR:-$PWD/target}"
folder="$target/conformance/dsp"
here=tests/conformance/dsp
mkdir -p "$folder/classes"
# The jars of this pom.xml, fetched once.
if ! cmp -s "$here/pom.xml" "$folder/pom.xml"; then
    rm -rf "$folder/jars"
    if ! timeout 600 mvn --batch-mode --quiet --file "$here/pom.xml" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
        -DincludeScope=runtime "-DoutputDirectory=$folder/jars" >"$folder/mvn.log" 2>&1; then
        skipped "Maven could not fetch it; the end of $folder/mvn.log:" \
            "$(tail -n 3 "$folder/mvn.log")"
    fi
    cp "$here/pom.xml" "$folder/pom.xml"
fi
javac -d "$folder/classes" -cp "$folder/jars/*" "$here/Check.java"

cargo build --release --locked --package allmende-tests --bin allmende-kit
# A run takes about a minute; each wait of the kit ends after twelve seconds.
timeout "$((600 * runs))" "$target/release/allmende-kit" dsp "$folder" "$runs" "$@"
