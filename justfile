# Everything that is run more than once. `just` alone lists it; `just check` is what CI runs.
# (`just` comes with `pip install rust-just`.)

set shell := ["bash", "-euo", "pipefail", "-c"]

# list the recipes
default:
    @just --list --unsorted

# all that must hold before a change is taken: the same as CI
check: fmt lint test doc deny

# formatting, without changing anything
fmt:
    cargo fmt --all --check

# lints of Cargo.toml and clippy.toml, warnings are errors
lint:
    cargo clippy --workspace --all-targets --locked -- --deny warnings

# all tests, the rules of tests/it/tidy.rs among them
test:
    cargo test --workspace

# documentation, broken links are errors
doc:
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked

# licences, bans and sources always; advisories where the database can be fetched (within two minutes)
deny:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo deny --locked check licenses bans sources
    # A fetch that fails is not an advisory; an advisory that is found is a failure.
    if timeout 120 cargo deny fetch db; then
        cargo deny --locked check --disable-fetch advisories
    else
        echo "############################################################################" >&2
        echo "# ADVISORIES WERE NOT CHECKED: the advisory database could not be fetched. #" >&2
        echo "# Run \`just deny\` where the database can be reached, before any release.  #" >&2
        echo "############################################################################" >&2
    fi

# a whole data space on this machine, told step by step (arguments are handed on: `just demo --stay`)
demo *arguments:
    cargo run --release -- demo {{ arguments }}

# the simulator: a thousand seeds, `--seeds 100000` of them from `--from 5`, or one told line by line by `--seed 85`
sim *arguments:
    cargo run --release --locked -p allmende-tests --bin allmende-sim -- {{ arguments }}

# the Dataspace Protocol's test kit over mutual TLS: `just tck`, `just tck CN:02-05`, `just tck --runs 10`
tck *arguments:
    bash tests/conformance/dsp/run.sh {{ arguments }}

# mutated documents against the readers or both evaluators: `just fuzz parser --minutes 10 --seed 3`
fuzz target *arguments:
    cargo run --release --locked -p allmende-fuzz -- {{ target }} {{ arguments }}

# mutants of the judgement that no test notices (needs `cargo install cargo-mutants --locked`); `just mutants -f policy/src/compile/run.rs`
mutants *arguments:
    cargo mutants --test-workspace=false --timeout 300 -p allmende-policy {{ arguments }} --cargo-arg=--locked --cargo-arg=--lib

# the measurements of docs/performance.md
bench *arguments:
    cargo bench --workspace {{ arguments }}

# take over changed snapshots after reading them (needs `cargo install cargo-insta --locked`)
snapshots:
    cargo insta test --workspace --accept --unreferenced=reject

# the release archive: dist/allmende-<version>-x86_64-linux.tar.gz, with OpenSSL built in
dist:
    bash deploy/dist.sh
