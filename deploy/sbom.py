#!/usr/bin/env python3
"""The bill of materials of the program `allmende`, as CycloneDX 1.5 JSON on stdout.

Reads `cargo metadata` (target x86_64 Linux, feature vendored-openssl) and the checksums of Cargo.lock;
follows what is linked or run at build time, never what only tests use. Same commit, same bytes.

usage: sbom.py <version> <commit> <seconds since 1970 of the commit>
"""

import datetime
import json
import re
import subprocess
import sys
import tomllib
import uuid

TARGET = "x86_64-unknown-linux-gnu"
ROOT = "allmende"


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", TARGET,
               "--features", "allmende/vendored-openssl"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def reachable(nodes, start):
    """Package ids that the start needs without its dev-dependencies, and the arrows between them."""
    arrows, todo = {}, [start]
    while todo:
        at = todo.pop()
        if at in arrows:
            continue
        arrows[at] = sorted(
            dependency["pkg"] for dependency in nodes[at]["deps"]
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]))
        todo.extend(arrows[at])
    return arrows


def licence(text):
    return [{"expression": text.replace("/", " OR ")}] if text else []


def component(package, checksums):
    name, version = package["name"], package["version"]
    ours = package["source"] is None
    purl = f"pkg:cargo/{name}@{version}"
    found = {
        "type": "application" if name == ROOT else "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "licenses": licence(package["license"]),
        "purl": purl,
    }
    if package.get("description"):
        found["description"] = " ".join(package["description"].split())
    if package.get("repository"):
        found["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    checksum = checksums.get((name, version))
    if not ours and checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return found


def openssl(packages):
    """OpenSSL itself: openssl-src carries its version behind the plus sign."""
    for package in packages:
        match = re.fullmatch(r".*\+(.*)", package["version"])
        if package["name"] == "openssl-src" and match:
            version = match.group(1)
            purl = f"pkg:generic/openssl@{version}"
            part = {
                "type": "library", "bom-ref": purl, "name": "openssl", "version": version,
                "licenses": licence("Apache-2.0"), "purl": purl,
                "cpe": f"cpe:2.3:a:openssl:openssl:{version}:*:*:*:*:*:*:*",
                "description": "built into the program",
            }
            return f"pkg:cargo/openssl-src@{package['version']}", part
    sys.exit("openssl-src is not among the dependencies: is the feature vendored-openssl gone?")


def main():
    version, commit, seconds = sys.argv[1:4]
    with open("Cargo.lock", "rb") as lock:
        locked = tomllib.load(lock)["package"]
    checksums = {(p["name"], p["version"]): p.get("checksum") for p in locked}
    data = metadata()
    by_id = {package["id"]: package for package in data["packages"]}
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    start = next(p["id"] for p in data["packages"] if p["name"] == ROOT and p["source"] is None)
    arrows = reachable(nodes, start)
    part = {at: component(by_id[at], checksums) for at in arrows}
    source_of_openssl, built_in = openssl([by_id[at] for at in arrows])
    dependencies = [
        {"ref": part[at]["bom-ref"], "dependsOn": [part[to]["bom-ref"] for to in targets]}
        for at, targets in arrows.items()
    ]
    for entry in dependencies:
        if entry["ref"] == source_of_openssl:
            entry["dependsOn"].append(built_in["bom-ref"])
    dependencies.append({"ref": built_in["bom-ref"], "dependsOn": []})
    main_part = part.pop(start)
    if main_part["version"] != version:
        sys.exit(f"the archive says {version}, cargo says {main_part['version']}")
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'allmende:{version}:{commit}')}",
        "version": 1,
        "metadata": {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": main_part,
            "properties": [{"name": "allmende:commit", "value": commit}],
        },
        "components": sorted([*part.values(), built_in], key=lambda each: each["bom-ref"]),
        "dependencies": sorted(dependencies, key=lambda each: each["ref"]),
    }
    json.dump(document, sys.stdout, indent=1, sort_keys=True)
    print()


main()
