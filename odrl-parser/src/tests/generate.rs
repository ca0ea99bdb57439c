//! Policies at random, as a reader could have made them: of plain ODRL with everything in its
//! place, and of DSP with what its context can say.

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use wire::iri::Iri;
use wire::pointer::Pointer;

use crate::context::Context;
use crate::place::Place;
use crate::{
    Action, ConflictStrategy, Constraint, Entity, Id, Informative, Literal, LiteralTag,
    LogicalOperator, Operand, Operator, PartyFunction, Policy, PolicyKind, Role, Rule, Shorthand,
    Term, TermKind,
};

pub(crate) fn plain() -> impl Strategy<Value = Policy> {
    use PolicyKind::{Agreement, Assertion, Offer, Privacy, Request, Set, Ticket};
    let kind =
        prop::sample::select(vec![Agreement, Assertion, Offer, Privacy, Request, Set, Ticket]);
    let is_compact = option::weighted(0.3, shorthand());
    (policy(Context::Odrl), kind, vec(id(), 0..3), is_compact, any::<bool>()).prop_map(
        |(policy, kind, inherits, compact, is_shared)| {
            let mut policy = shared(named(Policy { kind, inherits, ..policy }), is_shared);
            policy.shorthand = compact.unwrap_or_default();
            policy.shorthand.clone().move_into(&mut policy);
            policy
        },
    )
}

/// As it is, or with the first duty that has a name hung on each permission.
fn shared(mut policy: Policy, is_shared: bool) -> Policy {
    let mut duties = policy.permissions.iter().flat_map(|rule| &rule.duties);
    if let Some(duty) = duties.find(|duty| duty.id.is_some()).filter(|_| is_shared).cloned() {
        let lacking = policy.permissions.iter_mut().filter(|rule| !rule.duties.contains(&duty));
        lacking.for_each(|rule| rule.duties.push(duty.clone()));
    }
    policy
}

/// What a compact policy says once for all its rules.
fn shorthand() -> impl Strategy<Value = Shorthand> {
    let role = (0_usize..14, entity());
    let role = role.prop_map(|(at, party)| Role { function: PartyFunction::ALL[at], party });
    (vec(action(), 0..2), vec(entity(), 0..2), vec(entity(), 0..2), vec(role, 0..3)).prop_map(
        |(actions, targets, outputs, mut parties)| {
            parties.sort_by_key(|role| role.function);
            Shorthand { actions, targets, outputs, parties }
        },
    )
}

pub(super) fn dsp() -> impl Strategy<Value = Policy> {
    let bound = (id(), id(), id(), 0_i64..4_000_000_000);
    let kind = prop::sample::select(vec![
        PolicyKind::Agreement,
        PolicyKind::MessageOffer,
        PolicyKind::Offer,
    ]);
    (policy(Context::Dsp), bound, kind, any::<bool>()).prop_map(
        |(policy, (target, assigner, assignee, at), kind, is_shared)| {
            let at = Timestamp::from_second(at).unwrap();
            let is_agreement = kind == PolicyKind::Agreement;
            let policy = named(policy);
            shared(
                Policy {
                    kind,
                    target: (kind != PolicyKind::Offer).then_some(target),
                    assigner: Some(assigner),
                    assignee: is_agreement.then_some(assignee),
                    timestamp: is_agreement.then_some(at),
                    ..policy
                },
                is_shared,
            )
        },
    )
}

fn policy(context: Context) -> impl Strategy<Value = Policy> {
    let permissions = vec(rule(Place::Permission, context), 1..3);
    let prohibitions = vec(rule(Place::Prohibition, context), 0..2);
    let obligations = vec(rule(Place::Obligation, context), 0..2);
    let conflict = option::of(prop::sample::select(ConflictStrategy::ALL.to_vec()));
    let profile = prop::sample::subsequence(
        vec!["http://www.w3.org/ns/odrl/2/core", "https://w3id.org/allmende/v1/"],
        0..=2,
    );
    (permissions, prohibitions, obligations, conflict, profile).prop_map(
        |(permissions, prohibitions, obligations, conflict, profiles)| Policy {
            kind: PolicyKind::Set,
            id: Id::parse("urn:policy").unwrap(),
            target: None,
            assigner: None,
            assignee: None,
            timestamp: None,
            profiles: profiles.into_iter().map(|iri| Iri::parse(iri).unwrap()).collect(),
            inherits: Vec::new(),
            shorthand: Shorthand::default(),
            conflict,
            permissions,
            prohibitions,
            obligations,
            informative: Informative::from([("dct:title".to_owned(), "a text".into())]),
        },
    )
}

fn rule(place: Place, context: Context) -> BoxedStrategy<Rule> {
    let several = if context == Context::Dsp { 1..2 } else { 1..3 };
    let actions = vec(action(), several);
    let assets = match context {
        Context::Dsp => vec(entity(), 0..1),
        Context::Odrl => vec(entity(), 0..3),
    };
    let parties = vec((0_usize..14, entity()), 0..2);
    let duties = match place.duties() {
        Some(below) => vec(rule(below, context), 0..2).boxed(),
        None => Just(Vec::new()).boxed(),
    };
    let constraints = vec(constraint(context), 0..2);
    (any::<bool>(), actions, assets, vec(entity(), 0..2), parties, constraints, duties)
        .prop_map(move |(has_id, actions, targets, outputs, parties, constraints, duties)| {
            let least = if context == Context::Dsp { 2 } else { 0 };
            let mut parties: Vec<Role> = parties
                .into_iter()
                .map(|(at, party)| Role { function: PartyFunction::ALL[at.max(least)], party })
                .collect();
            parties.sort_by_key(|role| role.function);
            let id = has_id.then(|| Id::parse("urn:rule").unwrap());
            let (informative, pointer) = (Informative::new(), Pointer::root());
            Rule {
                id,
                actions,
                targets,
                outputs,
                parties,
                constraints,
                duties,
                informative,
                pointer,
            }
        })
        .boxed()
}

fn action() -> impl Strategy<Value = Action> {
    let refinements = vec(atomic(Context::Dsp), 0..2);
    (term(TermKind::Action), refinements).prop_map(|(term, refinements)| Action {
        term,
        refinements,
        pointer: Pointer::root(),
    })
}

fn entity() -> impl Strategy<Value = Entity> {
    (option::weighted(0.9, id()), any::<bool>(), vec(id(), 0..2), vec(atomic(Context::Dsp), 0..2))
        .prop_map(|(id, is_collection, part_of, refinements)| Entity {
            id,
            is_collection,
            part_of,
            refinements: if is_collection { refinements } else { Vec::new() },
            pointer: Pointer::root(),
        })
}

fn constraint(context: Context) -> impl Strategy<Value = Constraint> {
    let operators = match context {
        Context::Dsp => LogicalOperator::DSP.to_vec(),
        Context::Odrl => LogicalOperator::ALL.to_vec(),
    };
    atomic(context).prop_recursive(2, 6, 3, move |inner| {
        (prop::sample::select(operators.clone()), vec(inner, 1..3)).prop_map(
            |(operator, operands)| Constraint::Logical {
                id: None,
                operator,
                operands,
                pointer: Pointer::root(),
            },
        )
    })
}

fn atomic(context: Context) -> impl Strategy<Value = Constraint> {
    let operator = prop::sample::select(Operator::ALL.to_vec());
    let datatype = |name: &str| Iri::parse(&format!("{}{name}", crate::vocabulary::XSD)).unwrap();
    let data_type = option::weighted(0.2, Just(datatype("decimal")));
    let units = ["http://dbpedia.org/resource/Euro", "http://www.w3.org/2001/XMLSchema#duration"];
    let units = units.map(|iri| Iri::parse(iri).unwrap()).to_vec();
    let unit = option::weighted(0.2, prop::sample::select(units));
    let few = if context == Context::Odrl { 0..2 } else { 0..1 };
    let right = (vec(literal(), 1..4), vec(id(), few));
    let status = option::weighted(0.1, literal());
    (term(TermKind::LeftOperand), operator, right, unit, data_type, status).prop_map(
        |(left, operator, (values, references), unit, data_type, status)| {
            let references: Vec<Iri> =
                references.iter().map(|id| Iri::parse(id.as_str()).unwrap()).collect();
            let values = if references.is_empty() { values } else { Vec::new() };
            let right = Operand { values, references, pointer: Pointer::root() };
            let (id, pointer) = (None, Pointer::root());
            Constraint::Atomic { id, left, operator, right, unit, data_type, status, pointer }
        },
    )
}

fn literal() -> impl Strategy<Value = Literal> {
    let tagged = prop_oneof![
        "[ -~äß€\u{202e}]{0,12}".prop_map(|text| (text, LiteralTag::Plain)),
        any::<bool>().prop_map(|flag| (flag.to_string(), LiteralTag::Boolean)),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991)
            .prop_map(|number| (number.to_string(), LiteralTag::Number)),
        id().prop_map(|id| (id.to_string(), LiteralTag::Iri)),
        ("[a-z ]{0,8}", "[a-z]{2}(-[a-z]{2})?")
            .prop_map(|(text, language)| (text, LiteralTag::Language(language))),
        "[0-9]{1,3}\\.[0-9]{2}".prop_map(|text| {
            let datatype = format!("{}decimal", crate::vocabulary::XSD);
            (text, LiteralTag::Datatype(Iri::parse(&datatype).unwrap()))
        }),
    ];
    tagged.prop_map(|(lexical, tag)| Literal { lexical, tag, pointer: Pointer::root() })
}

fn term(kind: TermKind) -> impl Strategy<Value = Term> {
    prop::sample::select(Term::all(kind).collect::<Vec<_>>())
}

fn id() -> impl Strategy<Value = Id> {
    "(urn|did:web|https):[a-z/]{1,6}".prop_map(|text| Id::parse(&text).unwrap())
}

/// Gives each rule that is to have an id one of its own, and each constraint after it.
fn named(mut policy: Policy) -> Policy {
    fn name(rules: &mut [Rule], next: &mut usize) {
        for rule in rules {
            if let Some(id) = &mut rule.id {
                *next += 1;
                *id = Id::parse(&format!("urn:rule:{next}")).unwrap();
                if let Some(Constraint::Atomic { id, .. } | Constraint::Logical { id, .. }) =
                    rule.constraints.first_mut()
                {
                    *id = Some(Id::parse(&format!("urn:constraint:{next}")).unwrap());
                }
            }
            name(&mut rule.duties, next);
        }
    }
    let mut next = 0;
    name(&mut policy.permissions, &mut next);
    name(&mut policy.prohibitions, &mut next);
    name(&mut policy.obligations, &mut next);
    policy
}
