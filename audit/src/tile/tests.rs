//! Paths and bytes as tlog-tiles gives them.

use proptest::prelude::*;

use super::*;
use crate::merkle::{Nodes as _, Tree, consistency_proof, inclusion_proof};

#[test]
fn paths_are_those_of_the_specification() {
    let hashes = |level| Kind::Hashes { level };
    for (path, text) in [
        (TilePath::full(hashes(0), 0), "tile/0/000"),
        (TilePath::full(hashes(1), 1_234_067), "tile/1/x001/x234/067"),
        (TilePath::full(Kind::Entries, 1234), "tile/entries/x001/234"),
        (TilePath::partial(hashes(0), 273, 112).unwrap(), "tile/0/273.p/112"),
        (TilePath::partial(Kind::Entries, 999_000, 1).unwrap(), "tile/entries/x999/000.p/1"),
    ] {
        assert_eq!(path.to_string(), text);
        assert_eq!(text.parse(), Ok(path));
    }
}

#[test]
fn other_spellings_of_a_path_are_refused() {
    for bad in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1.p/1",
        "tile/8/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/x001/x234",
        "tile/0/001/234",
        "/tile/0/000",
        "tile/data/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/../000",
    ] {
        assert_eq!(bad.parse::<TilePath>(), Err(PathError), "{bad}");
    }
}

#[test]
fn a_size_needs_the_tiles_of_the_specification() {
    let count = |size, kind| paths(size).filter(|path| path.kind() == kind).count();
    let hashes = |level| Kind::Hashes { level };
    assert_eq!(paths(0).count(), 0);
    // The example of the specification: 273 full and one partial, one full and one partial, one.
    assert_eq!([0, 1, 2, 3].map(|level| count(70_000, hashes(level))), [274, 2, 1, 0]);
    assert_eq!(count(70_000, Kind::Entries), 274);
    let edge: Vec<String> =
        paths(70_000).filter(|path| path.width() < 256).map(|path| path.to_string()).collect();
    assert_eq!(
        edge,
        ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"]
    );
    let exact: Vec<String> = paths(256).map(|path| path.to_string()).collect();
    assert_eq!(exact, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
}

#[test]
fn a_bundle_holds_exactly_its_entries() {
    let mut bundle = Vec::new();
    let longest = vec![7; ENTRY_BYTES_MAX];
    for entry in [&b"one"[..], b"", &longest] {
        assert!(push_entry(&mut bundle, entry));
    }
    assert!(!push_entry(&mut bundle, &vec![7; ENTRY_BYTES_MAX + 1]));
    assert_eq!(split_bundle(&bundle, 3), Ok(vec![&b"one"[..], b"", &longest]));
    assert_eq!(split_bundle(&bundle, 2), Err(BundleError::Long));
    assert_eq!(split_bundle(&bundle, 4), Err(BundleError::Few { entries: 3 }));
    let cut = &bundle[..bundle.len() - 1];
    assert_eq!(split_bundle(cut, 3), Err(BundleError::Cut { entry: 2 }));
    assert_eq!(split_bundle(&[0], 1), Err(BundleError::Cut { entry: 0 }));
}

#[test]
fn a_hash_tile_is_whole_hashes() {
    let hashes: Vec<Hash> = (0..256_u32).map(|n| Hash::leaf(&n.to_be_bytes())).collect();
    let bytes = hash_tile(&hashes);
    assert_eq!(bytes.len(), TILE_BYTES);
    assert_eq!(split_hash_tile(&bytes), Some(hashes));
    for length in [0, 1, 31, 33] {
        assert_eq!(split_hash_tile(&bytes[..length]), None);
    }
    assert_eq!(split_hash_tile(&[bytes.clone(), vec![0; 32]].concat()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn proofs_from_tiles_equal_those_from_the_tree(size in 1_u64..1500, seed in any::<u64>()) {
        let leaves: Vec<Hash> = (0..size).map(|n| Hash::leaf(&n.to_be_bytes())).collect();
        let mut head = crate::log::Head::empty();
        let entries: Vec<Vec<u8>> = (0..size).map(|n| n.to_be_bytes().to_vec()).collect();
        let writes = crate::log::append(&head, &entries).unwrap();
        head = writes.head;
        let files: std::collections::BTreeMap<_, _> =
            writes.files.into_iter().map(|write| (write.path, write.bytes)).collect();
        let tiles = TileNodes::new(|path: &TilePath| files.get(&path.to_string()).cloned(), size);
        let tree = Tree::new(leaves);
        prop_assert_eq!(tiles.node(0, seed % size), tree.node(0, seed % size));
        let index = seed % size;
        prop_assert_eq!(inclusion_proof(&tiles, index, size), inclusion_proof(&tree, index, size));
        prop_assert_eq!(consistency_proof(&tiles, index, size), consistency_proof(&tree, index, size));
        prop_assert_eq!(crate::merkle::root_of_range(&tiles, 0, size), Ok(head.root()));
    }
}
