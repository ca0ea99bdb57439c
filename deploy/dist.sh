#!/usr/bin/env bash
# Makes dist/allmende-<version>-x86_64-linux.tar.gz and its checksum. `just dist` calls it.
# Same commit, toolchain and base system, same bytes: sorted names, the commit's time, no owners, and no
# path of this machine in the program. Needs perl and make to build OpenSSL in, and python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || { echo "this archive is for x86_64 Linux" >&2; exit 1; }
commit="$(git rev-parse HEAD)"
if [ -n "$(git status --porcelain)" ]; then
    echo "warning: the tree differs from commit $commit; do not publish this archive" >&2
    commit="$commit-changed"
fi
moment="$(git log -1 --format=%ct)"
version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)"
name="allmende-$version-x86_64-linux"
target="${CARGO_TARGET_DIR:-$PWD/target}"
registry="${CARGO_HOME:-$HOME/.cargo}"

# A target folder of its own: other flags, other feature.
export CARGO_TARGET_DIR="$target/dist"
export SOURCE_DATE_EPOCH="$moment"
export RUSTFLAGS="--remap-path-prefix=$registry=cargo --remap-path-prefix=$CARGO_TARGET_DIR=target --remap-path-prefix=$PWD=allmende"
export CFLAGS="-ffile-prefix-map=$CARGO_TARGET_DIR=target -ffile-prefix-map=$registry=cargo"
export CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
cargo build --package allmende --bin allmende --release --locked --features vendored-openssl
built="$CARGO_TARGET_DIR/release/allmende"
if ldd "$built" | grep -q 'libssl\|libcrypto'; then
    echo "the program still asks for the system's OpenSSL" >&2
    exit 1
fi

rm -rf "dist/$name" "dist/$name.tar.gz" "dist/$name.tar.gz.sha256"
folder="dist/$name"
mkdir -p "$folder"/{bin,man,completions,deploy}
install -m 0755 "$built" "$folder/bin/allmende"
"$built" generate man "$folder/man"
"$built" generate completions "$folder/completions"
python3 deploy/sbom.py "$version" "$commit" "$moment" >"$folder/sbom.cdx.json"
install -m 0644 LICENSE README.md CHANGELOG.md SECURITY.md "$folder/"
install -m 0644 deploy/{README.md,Containerfile,allmende.service,allmende.sysusers} "$folder/deploy/"
for part in man completions; do
    [ -n "$(ls -A "$folder/$part")" ] || { echo "$folder/$part is empty" >&2; exit 1; }
done
find "$folder" -type d -exec chmod 0755 {} +
find "$folder" -type f ! -path '*/bin/*' -exec chmod 0644 {} +
(cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)

tar --create --directory dist --sort=name --format=gnu --mtime="@$moment" \
    --owner=0 --group=0 --numeric-owner "$name" | gzip --no-name -9 >"$folder.tar.gz"
(cd dist && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
rm -rf "$folder"
ls -l "dist/$name.tar.gz"
