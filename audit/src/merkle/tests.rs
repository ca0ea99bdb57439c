//! The tree against the published vectors and against a second implementation.

use ct_merkle::{
    digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Update, consts::U32},
    mem_backed_tree::MemoryBackedTree,
};
use proptest::prelude::*;
use wire::digest::hex;

use super::*;

/// SHA-256 in the shape that the second implementation wants.
#[derive(Clone, Default)]
struct Sha(Sha256);

impl HashMarker for Sha {}
impl OutputSizeUser for Sha {
    type OutputSize = U32;
}
impl Update for Sha {
    fn update(&mut self, data: &[u8]) {
        sha2::Digest::update(&mut self.0, data);
    }
}
impl FixedOutput for Sha {
    fn finalize_into(self, out: &mut Output<Self>) {
        out.copy_from_slice(&self.0.finalize());
    }
}

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn tree(size: u64) -> Tree {
    Tree::new((0..size).map(|index| Hash::leaf(&entry(index))).collect())
}

fn root_at(size: u64) -> Hash {
    root(&(0..size).map(|index| Hash::leaf(&entry(index))).collect::<Vec<_>>())
}

fn other(size: u64) -> MemoryBackedTree<Sha, Vec<u8>> {
    let mut other = MemoryBackedTree::new();
    (0..size).for_each(|index| other.push(entry(index)));
    other
}

fn joined(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn roots_are_those_of_the_certificate_transparency_vectors() {
    let leaves: [&[u8]; 8] = [
        b"",
        &[0],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| Hash::leaf(leaf)).collect();
    for (size, expected) in [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ] {
        assert_eq!(hex(root(&hashes[..size]).as_bytes()), expected, "{size} leaves");
    }
}

#[test]
fn every_small_tree_proves_what_it_holds_and_nothing_else() {
    for size in 1..=20 {
        let (tree, root) = (tree(size), root_at(size));
        for index in 0..size {
            let proof = inclusion_proof(&tree, index, size).unwrap();
            let leaf = Hash::leaf(&entry(index));
            assert_eq!(check_inclusion(&leaf, index, size, &proof, &root), Ok(()));
            for wrong in (0..size).filter(|wrong| *wrong != index) {
                assert!(check_inclusion(&leaf, wrong, size, &proof, &root).is_err());
            }
        }
        for old in 0..=size {
            let proof = consistency_proof(&tree, old, size).unwrap();
            assert_eq!(check_consistency(old, &root_at(old), size, &root, &proof), Ok(()));
            let forged = Hash::leaf(b"forged");
            assert!(check_consistency(old, &forged, size, &root, &proof).is_err());
            if old > 0 {
                assert!(check_consistency(old, &root_at(old), size, &forged, &proof).is_err());
            }
        }
    }
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let tree = tree(5);
    let out = |inner, size| ProofError::OutOfRange { inner, size };
    assert_eq!(inclusion_proof(&tree, 5, 5), Err(out(5, 5)));
    assert_eq!(consistency_proof(&tree, 6, 5), Err(out(6, 5)));
    let missing = ProofError::Missing { level: 2, index: 1 };
    assert_eq!(inclusion_proof(&tree, 0, 8), Err(missing));
    let any = Hash::empty_root();
    assert_eq!(check_inclusion(&any, 0, 0, &[], &any), Err(out(0, 0)));
    let long = vec![any; PROOF_HASHES_MAX + 1];
    let length = ProofError::Length { hashes: long.len() };
    assert_eq!(check_inclusion(&any, 0, u64::MAX, &long, &any), Err(length));
    assert_eq!(check_consistency(3, &any, u64::MAX, &any, &long), Err(length));
    assert_eq!(root_of_range(&tree, 1, 3), Err(out(1, 3)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn roots_and_proofs_equal_those_of_another_implementation(size in 1_u64..700, seed in 0_u64..700) {
        let index = seed % size;
        let (ours, theirs) = (tree(size), other(size));
        let (root, other_root) = (root_at(size), theirs.root());
        prop_assert_eq!(&root.as_bytes()[..], &other_root.as_bytes()[..]);
        let inclusion = inclusion_proof(&ours, index, size).unwrap();
        let expected = theirs.prove_inclusion(usize::try_from(index).unwrap());
        prop_assert_eq!(&joined(&inclusion)[..], expected.as_bytes());
        let old = index + 1;
        let consistency = consistency_proof(&ours, old, size).unwrap();
        if old < size {
            let expected = theirs.prove_consistency(usize::try_from(size - old).unwrap());
            prop_assert_eq!(&joined(&consistency)[..], expected.as_bytes());
        }
        prop_assert_eq!(check_consistency(old, &root_at(old), size, &root, &consistency), Ok(()));
    }

    #[test]
    fn a_changed_proof_proves_nothing(
        size in 2_u64..300, seed in any::<u64>(), byte in 0_usize..32, bit in 0_u8..8,
    ) {
        let index = seed % size;
        let (tree, root) = (tree(size), root_at(size));
        let leaf = Hash::leaf(&entry(index));
        let mut proof = inclusion_proof(&tree, index, size).unwrap();
        let place = usize::try_from(seed).unwrap() % proof.len();
        let mut bytes = *proof[place].as_bytes();
        bytes[byte] ^= 1 << bit;
        proof[place] = Hash::from_bytes(bytes);
        prop_assert_eq!(check_inclusion(&leaf, index, size, &proof, &root), Err(ProofError::Root));
        proof.pop();
        prop_assert!(check_inclusion(&leaf, index, size, &proof, &root).is_err());
    }

    #[test]
    fn checking_never_fails_to_answer(
        inner in any::<u64>(), size in any::<u64>(), hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof: Vec<Hash> = hashes.into_iter().map(Hash::from_bytes).collect();
        let any = Hash::empty_root();
        prop_assert!(check_inclusion(&any, inner, size, &proof, &any).is_err());
        let same = inner == size && proof.is_empty() || inner == 0 && proof.is_empty();
        prop_assert_eq!(check_consistency(inner, &any, size, &any, &proof).is_ok(), same);
    }
}
