//! The pinned term tables: ODRL 2.2 vocabulary (`ODRL22.ttl`), the ODRL part of the DSP 2025-1
//! context, and the Allmende profile version 1. Nothing is fetched; a term that is not here is
//! refused.

/// Namespace of the ODRL vocabulary.
pub const ODRL: &str = "http://www.w3.org/ns/odrl/2/";
/// Namespace of the Creative Commons actions that ODRL adopts.
pub const CREATIVE_COMMONS: &str = "http://creativecommons.org/ns#";
/// IRI of the Allmende profile version 1, and the namespace of its terms.
pub const ALLMENDE_V1: &str = "https://w3id.org/allmende/v1/";
/// Namespace of the XML Schema data types.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// Left operands of the ODRL common vocabulary; the last two are deprecated.
pub(crate) const LEFT_OPERANDS: [&str; 34] = [
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

/// Left operands of the Allmende profile version 1.
pub(crate) const ALLMENDE_LEFT_OPERANDS: [&str; 3] = ["participant", "sinceAgreement", "vettedAs"];

/// One ODRL action: its name, the action that includes it, and whether the vocabulary deprecates
/// it.
pub(crate) struct ActionRow {
    pub(crate) name: &'static str,
    pub(crate) parent: Option<&'static str>,
    pub(crate) deprecated: bool,
}

const fn root(name: &'static str) -> ActionRow {
    ActionRow { name, parent: None, deprecated: false }
}

const fn under(name: &'static str, parent: &'static str) -> ActionRow {
    ActionRow { name, parent: Some(parent), deprecated: false }
}

/// A deprecated action with an exact match is read as included in that match, so that a rule about
/// the new term covers the old one.
const fn deprecated(name: &'static str, parent: &'static str) -> ActionRow {
    ActionRow { name, parent: Some(parent), deprecated: true }
}

/// Actions in the ODRL namespace. Deprecated ones without an exact match are left out: they are
/// refused.
pub(crate) const ACTIONS: [ActionRow; 51] = [
    root("use"),
    root("transfer"),
    under("give", "transfer"),
    under("sell", "transfer"),
    under("display", "play"),
    under("extract", "reproduce"),
    under("acceptTracking", "use"),
    under("aggregate", "use"),
    under("annotate", "use"),
    under("anonymize", "use"),
    under("archive", "use"),
    under("attribute", "use"),
    under("compensate", "use"),
    under("concurrentUse", "use"),
    under("delete", "use"),
    under("derive", "use"),
    under("digitize", "use"),
    under("distribute", "use"),
    under("ensureExclusivity", "use"),
    under("execute", "use"),
    under("grantUse", "use"),
    under("include", "use"),
    under("index", "use"),
    under("inform", "use"),
    under("install", "use"),
    under("modify", "use"),
    under("move", "use"),
    under("nextPolicy", "use"),
    under("obtainConsent", "use"),
    under("play", "use"),
    under("present", "use"),
    under("print", "use"),
    under("read", "use"),
    under("reproduce", "use"),
    under("reviewPolicy", "use"),
    under("stream", "use"),
    under("synchronize", "use"),
    under("textToSpeech", "use"),
    under("transform", "use"),
    under("translate", "use"),
    under("uninstall", "use"),
    under("watermark", "use"),
    deprecated("append", "modify"),
    deprecated("appendTo", "modify"),
    deprecated("write", "modify"),
    deprecated("writeTo", "modify"),
    deprecated("copy", "reproduce"),
    deprecated("export", "transform"),
    deprecated("license", "grantUse"),
    deprecated("pay", "compensate"),
    deprecated("commercialize", "use"),
];

/// Actions of Creative Commons that ODRL adopts, all directly under `use`.
pub(crate) const CREATIVE_COMMONS_ACTIONS: [&str; 9] = [
    "Attribution",
    "CommercialUse",
    "DerivativeWorks",
    "Distribution",
    "Notice",
    "Reproduction",
    "ShareAlike",
    "Sharing",
    "SourceCode",
];

/// Prefixes of members that carry information only: they are kept and shown, and bind nobody.
pub(crate) const INFORMATIVE: [&str; 7] = [
    "dct:",
    "rdfs:",
    "schema:",
    "http://purl.org/dc/terms/",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://schema.org/",
    "https://schema.org/",
];
