//! A folder as a ZIP archive (APPNOTE 6.3, stored without compression): how timetables travel.

use std::path::Path;

/// The files of `folder`, not of folders in it, in the order of their names.
pub(super) fn packed(folder: &Path) -> Vec<u8> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for name in &names {
        let content = std::fs::read(folder.join(name)).expect("a file");
        let place = u32::try_from(archive.len()).unwrap();
        let facts = facts(name, &content);
        archive.extend(b"PK\x03\x04");
        archive.extend(&facts);
        archive.extend(name.as_bytes());
        archive.extend(&content);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&facts);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(place.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    let start = u32::try_from(archive.len()).unwrap().to_le_bytes();
    let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].concat());
    archive.extend([length, start].concat());
    archive.extend([0; 2]);
    archive
}

/// What stands in both headers of a file: version, flags, method, time, sum, lengths.
fn facts(name: &str, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let mut facts = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    facts.extend(crc32(content).to_le_bytes());
    facts.extend([length, length].concat());
    facts.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    facts.extend([0; 2]);
    facts
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[test]
fn the_sum_is_that_of_the_standard() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}
