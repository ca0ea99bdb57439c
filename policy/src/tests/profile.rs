//! The pinned table: every left operand of ODRL has a source, or a reason why nobody can know it.

use odrl_parser::Term;

use super::build::{action, operand};
use super::iri;
use crate::{Badge, PROFILE_V1_TABLE, Profile, ProfileError, Source, ValueType};

/// All left operands of the common vocabulary, the deprecated ones last.
const OPERANDS: [&str; 34] = [
    "absolutePosition",
    "absoluteSize",
    "absoluteSpatialPosition",
    "absoluteTemporalPosition",
    "count",
    "dateTime",
    "delayPeriod",
    "deliveryChannel",
    "elapsedTime",
    "event",
    "fileFormat",
    "industry",
    "language",
    "media",
    "meteredTime",
    "payAmount",
    "percentage",
    "product",
    "purpose",
    "recipient",
    "relativePosition",
    "relativeSize",
    "relativeSpatialPosition",
    "relativeTemporalPosition",
    "resolution",
    "spatial",
    "spatialCoordinates",
    "systemDevice",
    "timeInterval",
    "unitOfCount",
    "version",
    "virtualLocation",
    "device",
    "system",
];

#[test]
fn every_left_operand_is_judged_or_has_a_reason() {
    let profile = Profile::v1();
    for name in OPERANDS {
        let term = operand(name);
        let (judged, reason) = (profile.operand(term), profile.unavailable(term));
        assert_eq!(judged.is_some(), reason.is_none(), "{name}");
    }
    let count = OPERANDS.iter().filter(|name| profile.operand(operand(name)).is_some()).count();
    assert_eq!(count, 21);
    assert_eq!(profile.operand(operand("device")).map(|it| it.term), Some(operand("systemDevice")));
}

#[test]
fn the_table_says_what_the_first_version_said() {
    let profile = Profile::v1();
    for (term, value_type, source, badge) in [
        (Term::DATE_TIME, ValueType::Instant, Source::OwnClock, Badge::Enforced),
        (Term::SINCE_AGREEMENT, ValueType::Duration, Source::Agreement, Badge::Enforced),
        (Term::PARTICIPANT, ValueType::Iri, Source::Certificate, Badge::Enforced),
        (Term::VETTED_AS, ValueType::IriSet, Source::TrustList, Badge::Enforced),
        (Term::PURPOSE, ValueType::Iri, Source::Statement, Badge::Promised),
    ] {
        let spec = profile.operand(term).unwrap();
        assert_eq!((spec.value_type, spec.source, spec.badge), (value_type, source, badge));
    }
    assert_eq!(profile.action_badge(Term::USE), Badge::Enforced);
    assert_eq!(profile.action_badge(action("odrl:delete")), Badge::Promised);
    assert!(profile.actions().count() >= 60);
}

/// A profile is pinned by its digest: whoever changes the table changes what agreements mean.
#[test]
fn the_table_is_pinned() {
    let digest = Profile::v1().digest().to_string();
    insta::assert_snapshot!(digest, @"sha256:5ed372fe37c2afb081562478794205f45b1f2edb8edef716965afc8ca9629868");
    assert_ne!(Profile::v1(), Profile::v1().with_broader(iri("urn:a"), iri("urn:b")));
}

#[test]
fn places_and_kinds_lie_within_wider_ones() {
    let profile = Profile::v1();
    let at = |name: &str| iri(&format!("https://w3id.org/allmende/v1/{name}"));
    for (narrow, broad, expected) in [
        (at("place/DE"), at("place/EU"), Some(true)),
        (at("place/EU"), at("place/DE"), Some(false)),
        (at("place/US"), at("place/EU"), Some(false)),
        (at("kind/municipality"), at("kind/public-body"), Some(true)),
        (iri("urn:atlantis"), at("place/EU"), None),
        (iri("urn:atlantis"), iri("urn:atlantis"), Some(true)),
    ] {
        assert_eq!(profile.is_kind_of(&narrow, &broad), expected, "{narrow:?} {broad:?}");
    }
}

/// Cases 35 and 36, and everything that is not understood.
#[test]
fn a_table_is_read_strictly() {
    let refused = |from: &str, to: &str| {
        assert!(PROFILE_V1_TABLE.contains(from), "{from}");
        Profile::read(&PROFILE_V1_TABLE.replacen(from, to, 1)).unwrap_err()
    };
    let form = |error: ProfileError| matches!(error, ProfileError::Form(_));
    assert!(form(refused("narrowing = true", "narrowing = true\nwidening = true")));
    assert!(form(refused("source = \"own-clock\"", "source = \"hearsay\"")));
    assert!(form(refused("value = \"instant\"", "value = \"float\"")));
    assert_eq!(refused("version = 1", "version = 2"), ProfileError::Version(2));
    let doubled = refused("term = \"odrl:count\"", "term = \"odrl:dateTime\"");
    assert!(matches!(doubled, ProfileError::Doubled { .. }));
    let doubled = refused("\"odrl:print\"", "\"odrl:print\", \"odrl:print\"");
    assert!(matches!(doubled, ProfileError::Doubled { .. }));
    let meaningless = refused("[\"eq\", \"lt\", \"lteq\"]", "[\"isA\"]");
    assert!(matches!(meaningless, ProfileError::Operator { .. }));
    let units = refused("units = [\"https://w3id.org/allmende/v1/unit/byte\"]", "units = []");
    assert!(matches!(units, ProfileError::Units(_)));
    let implied = "\"odrl:print\" = [\"odrl:play\"]\n\"odrl:play\" = [\"odrl:print\"]";
    let cycle = refused("[implies]", &format!("[implies]\n{implied}"));
    assert!(matches!(cycle, ProfileError::Cycle(_)));
    let round = "place/EU\" = [\"https://w3id.org/allmende/v1/place/DE\"]\n";
    let at = "\"https://w3id.org/allmende/v1/place/CH\" = []";
    let cycle = refused(at, &format!("\"https://w3id.org/allmende/v1/{round}{at}"));
    assert!(matches!(cycle, ProfileError::Cycle(_)));
}
