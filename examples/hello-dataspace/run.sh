#!/usr/bin/env bash
# The smallest data space: an authority, one town that shares a greeting with every member, one
# reader. Everything lies in ./hello-dataspace beside where you call it, and goes when it ends.
#
#   cargo build --release && examples/hello-dataspace/run.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
allmende=${ALLMENDE:-$here/../../target/release/allmende}
folder=hello-dataspace
[ ! -e "$folder" ] || { echo "$folder is there already: move it away first" >&2; exit 1; }
mkdir "$folder"

started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

# Runs a connector and returns once it listens: `up --json` then prints one object.
up() {
    local line out
    exec {out}< <(exec "$allmende" "$@" --json 2>>"$folder/journal")
    started+=("$!")
    while read -r line <&"$out"; do [ "$line" != "}" ] || return 0; done
    cat "$folder/journal" >&2
    return 1
}

# Ports: mutual, public, management, hand-over.
ports() { echo --loopback --mutual-port "$1" --public-port "$2" --management-port "$3" --handover-port "$4"; }

authority=$folder/authority town=$folder/town reader=$folder/reader
"$allmende" authority init --host authority.localhost --name Hello $(ports 18443 18444 18180 18181) --home "$authority"
up authority up --home "$authority"

member() { # host, name, home, four ports
    "$allmende" init --host "$1" --name "$2" --home "$3" $(ports "$4" "$5" "$6" "$7")
    invitation=$("$allmende" authority invite "did:web:$1%3A$5" --name "$2" --code-file "$3.code" --home "$authority" --json)
    fingerprint=$(python3 -c 'import json,sys; print(json.load(sys.stdin)["fingerprint"])' <<<"$invitation")
    "$allmende" join did:web:authority.localhost%3A18444 --fingerprint "$fingerprint" --code-file "$3.code" --home "$3"
    up up --home "$3"
}
member town.localhost Town "$town" 19443 19444 19180 19181
member reader.localhost Reader "$reader" 20443 20444 20180 20181

echo "Hello from the common land." > "$town/participants/town.localhost/data/hello.txt"
"$allmende" dataset add --title Hello --file hello.txt --until 2099-12-31 --home "$town"
"$allmende" contract request town.localhost Hello --home "$reader"

# What a program of your own would do: read from a loopback address with a token.
"$allmende" serve Hello --home "$reader" --json | python3 "$here/read.py"
