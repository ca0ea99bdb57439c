//! What people see, in both languages.

use super::*;
use crate::management::fixture;

fn shown(view: &impl Show, lang: Lang) -> String {
    view.show(lang)
}

#[test]
fn datasets() {
    insta::assert_snapshot!(shown(&vec![fixture::dataset()], Lang::De), @r"
    DATENSATZ  TITEL                     STAND           VERTRÄGE IN KRAFT  REGEL
    5f1c2a34   Parkhäuser Ulm\u{1b}[31m  veröffentlicht  1                  Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, …
    ");
    insta::assert_snapshot!(shown(&fixture::dataset(), Lang::De), @r"
    Datensatz          urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    Titel              Parkhäuser Ulm\u{1b}[31m
    Beschreibung       Belegung der Parkhäuser, alle fünf Minuten.
    Quelle             parking/occupancy.csv
    Typ                text/csv
    Regel              Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.
                         [erzwungen] nur für Mitglieder, die als Mobilitätsdienst geprüft sind
                         [erzwungen] nur bis 31.12.2026
                         [zugesagt] nur für Verkehrsplanung
    Rechtstext         https://law.example/8 3 sha256:ab12
    sichtbar für       alle Mitglieder, wenn die Regel nichts anderes sagt; wem sie keinen Vertrag gibt, dem wird gesagt, was fehlt
    Freigabe           durch eine zweite Person
    Annahme            Über andere Bedingungen entscheidet ein Mensch.
                       1. Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung. (anna.huber, 15.01.2026 09:31 UTC)
    Version            2
    veröffentlicht     15.01.2026 09:30 UTC (anna.huber)
    Verträge in Kraft  1
    ");
    insta::assert_snapshot!(shown(&fixture::dataset(), Lang::En), @r"
    dataset             urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    title               Parkhäuser Ulm\u{1b}[31m
    description         Belegung der Parkhäuser, alle fünf Minuten.
    source              parking/occupancy.csv
    type                text/csv
    rule                Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                          [enforced] only for members vetted as mobility service
                          [enforced] only until 2026-12-31
                          [promised] only for traffic planning
    legal text          https://law.example/8 3 sha256:ab12
    visible to          every member, unless the rule says otherwise; whom it gives no contract is told what is missing
    approval            by a second person
    acceptance          a person decides
                        1. Use only by vetted mobility services, until 2026-12-31, for traffic planning. (anna.huber, 2026-01-15 09:31 UTC)
    version             2
    published           2026-01-15 09:30 UTC (anna.huber)
    contracts in force  1
    ");
}

#[test]
fn catalog() {
    insta::assert_snapshot!(shown(&fixture::catalog(), Lang::De), @r"
    Partner                Stadt Ulm (did:web:ulm.localhost%3A9444)
    Programm des Partners  Eclipse EDC, sagt anna.huber
    bekannt aus            eclipse-edc/Connector, code read

    Titel                Dataset 1
    Beschreibung         As the partner wrote it
    Typ                  text/csv
    Regel                Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.
                           [erzwungen] nur für Mitglieder, die als Mobilitätsdienst geprüft sind
                           [erzwungen] nur bis 31.12.2026
                           [zugesagt] nur für Verkehrsplanung
    hält es nicht ein    nur für Verkehrsplanung – Das lässt es weg.
    selbst einzuhalten   nur für Verkehrsplanung
    Vertrag zu erwarten  ja
    Datensatz            urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    Angebot              urn:uuid:77aa2a34-0000-4000-8000-000000000001

    Titel                  Dataset 2
    Beschreibung           As the partner wrote it
    Typ                    text/csv
    Regel                  Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.
                             [erzwungen] nur für Mitglieder, die als Mobilitätsdienst geprüft sind
                             [erzwungen] nur bis 31.12.2026
                             [zugesagt] nur für Verkehrsplanung
    Vertrag zu erwarten    nein: Sie sind nicht als Mobilitätsdienst geprüft.
    wäre Ihrer, wenn gilt  die Anerkennung umfasst „Mobilitätsdienst“
    der Partner sagt       Die Anerkennung fehlt.
    Datensatz              urn:uuid:5f1c2a34-0000-4000-8000-000000000002
    Angebot                urn:uuid:77aa2a34-0000-4000-8000-000000000002

    auch im Katalog  Region unter https://region.example/dsp
                     urn:uuid:ca7a2a34-0000-4000-8000-000000000001
    Datensätze       3
    ");
    insta::assert_snapshot!(shown(&fixture::catalog(), Lang::En), @r"
    partner            Stadt Ulm (did:web:ulm.localhost%3A9444)
    partner's program  Eclipse EDC, says anna.huber
    known from         eclipse-edc/Connector, code read

    title              Dataset 1
    description        As the partner wrote it
    type               text/csv
    rule               Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                         [enforced] only for members vetted as mobility service
                         [enforced] only until 2026-12-31
                         [promised] only for traffic planning
    it ignores         only for traffic planning – It leaves it out.
    ours to keep       only for traffic planning
    contract expected  yes
    dataset            urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    offer              urn:uuid:77aa2a34-0000-4000-8000-000000000001

    title              Dataset 2
    description        As the partner wrote it
    type               text/csv
    rule               Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                         [enforced] only for members vetted as mobility service
                         [enforced] only until 2026-12-31
                         [promised] only for traffic planning
    contract expected  no: you are not vetted as mobility service
    would be yours if  the vetting includes “mobility service”
    the partner says   the vetting is missing
    dataset            urn:uuid:5f1c2a34-0000-4000-8000-000000000002
    offer              urn:uuid:77aa2a34-0000-4000-8000-000000000002

    also catalogued  Region at https://region.example/dsp
                     urn:uuid:ca7a2a34-0000-4000-8000-000000000001
    datasets         3
    ");
}

#[test]
fn contracts() {
    let list = vec![fixture::contract(), fixture::refused_contract()];
    insta::assert_snapshot!(shown(&list, Lang::De), @r"
    VERTRAG   TITEL           PARTNER                                   STAND      GRUND
    c0ffee00  Parkhäuser Ulm  Stadt Ulm (did:web:ulm.localhost%3A9444)  in Kraft   Beide Seiten haben unterschrieben.
    bad00000  Parkhäuser Ulm  Stadt Ulm (did:web:ulm.localhost%3A9444)  abgelehnt  Sie sind nicht als Mobilitätsdienst geprüft.
    ");
    insta::assert_snapshot!(shown(&list, Lang::En), @r"
    CONTRACT  TITLE           PARTNER                                   STATE     WHY
    c0ffee00  Parkhäuser Ulm  Stadt Ulm (did:web:ulm.localhost%3A9444)  in force  Both sides have signed.
    bad00000  Parkhäuser Ulm  Stadt Ulm (did:web:ulm.localhost%3A9444)  refused   You are not vetted as mobility service.
    ");
}

#[test]
fn a_contract_that_is_talked_over() {
    let contract = fixture::haggled_contract();
    insta::assert_snapshot!(shown(&contract, Lang::De), @r"
    Vertrag                urn:uuid:c0ffee00-0000-4000-8000-000000000001
    Titel                  Parkhäuser Ulm
    Partner                Stadt Ulm (did:web:ulm.localhost%3A9444) (wir nutzen)
    Stand                  wartet auf Freigabe (ein Mensch bei uns)
    Grund                  Beide Seiten haben unterschrieben.
    Kennung                terms-for-a-person
    letzter Schritt        Der Partner hat Bedingungen angeboten. [partner] (15.01.2026 10:00 UTC)
    Bedingungen            1. wir (carl), 15.01.2026 10:00 UTC: Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.
                           2. Partner, 15.01.2026 10:00 UTC: Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.
                              - nur bis 31.12.2026
                              + nur bis 30.06.2026
    Regel                  Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.
                             [erzwungen] nur für Mitglieder, die als Mobilitätsdienst geprüft sind
                             [erzwungen] nur bis 31.12.2026
                             [zugesagt] nur für Verkehrsplanung
    Programm des Partners  Eclipse EDC, sagt anna.huber
    bekannt aus            eclipse-edc/Connector, code read
    hält es nicht ein      nur für Verkehrsplanung – Das lässt es weg.
    selbst einzuhalten     nur für Verkehrsplanung
    Daten dürfen fließen   nein
    angefragt              15.01.2026 10:00 UTC
    Konto                  local-operator
    Datensatz              urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    ");
    insta::assert_snapshot!(shown(&contract, Lang::En), @r"
    contract           urn:uuid:c0ffee00-0000-4000-8000-000000000001
    title              Parkhäuser Ulm
    partner            Stadt Ulm (did:web:ulm.localhost%3A9444) (we use)
    state              waiting for approval (a person here)
    why                Both sides have signed.
    code               terms-for-a-person
    last step          the partner offered terms [partner] (2026-01-15 10:00 UTC)
    terms              1. us (carl), 2026-01-15 10:00 UTC: Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                       2. partner, 2026-01-15 10:00 UTC: Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                          - only until 2026-12-31
                          + only until 2026-06-30
    rule               Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                         [enforced] only for members vetted as mobility service
                         [enforced] only until 2026-12-31
                         [promised] only for traffic planning
    partner's program  Eclipse EDC, says anna.huber
    known from         eclipse-edc/Connector, code read
    it ignores         only for traffic planning – It leaves it out.
    ours to keep       only for traffic planning
    data may flow      no
    requested          2026-01-15 10:00 UTC
    account            local-operator
    dataset            urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    ");
}

#[test]
fn what_is_talked_over_in_short() {
    let contract = fixture::haggled_contract();
    insta::assert_snapshot!(shown(&vec![contract], Lang::En), @r"
    CONTRACT  TITLE           PARTNER                                   STATE                                 WHY
    c0ffee00  Parkhäuser Ulm  Stadt Ulm (did:web:ulm.localhost%3A9444)  waiting for approval (a person here)  Both sides have signed.
    ");
    insta::assert_snapshot!(shown(&fixture::acceptance(), Lang::En), @r"
    acceptance  a person decides
                1. Use only by vetted mobility services, until 2026-12-31, for traffic planning. (anna.huber, 2026-01-15 09:31 UTC)
    ");
}

#[test]
fn one_contract() {
    let mut contract = fixture::contract();
    contract.deliveries = vec![fixture::delivery()];
    insta::assert_snapshot!(shown(&contract, Lang::De), @r"
    Vertrag                urn:uuid:c0ffee00-0000-4000-8000-000000000001
    Titel                  Parkhäuser Ulm
    Partner                Stadt Ulm (did:web:ulm.localhost%3A9444) (wir nutzen)
    Stand                  in Kraft
    Grund                  Beide Seiten haben unterschrieben.
    letzter Schritt        Der Partner hat bestätigt. [partner] (15.01.2026 10:00 UTC)
    Regel                  Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.
                             [erzwungen] nur für Mitglieder, die als Mobilitätsdienst geprüft sind
                             [erzwungen] nur bis 31.12.2026
                             [zugesagt] nur für Verkehrsplanung
    Programm des Partners  unbekannt
    selbst einzuhalten     nur für Verkehrsplanung
    Daten dürfen fließen   ja
    ändert sich am         31.12.2026 23:00 UTC
    angefragt              15.01.2026 10:00 UTC
    geschlossen            15.01.2026 10:00 UTC
    Konto                  local-operator
    Datensatz              urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    Vereinbarung           urn:uuid:a9000000-0000-4000-8000-000000000001
    Prüfsumme              sha256:cd34
    Unterschriften         did:web:ulm.localhost%3A9444: gültig
                           did:web:wegweiser.localhost%3A9544: gültig

    LIEFERUNG  ANGEFRAGT             STAND        GRÖSSE  GRUND
    d0000000   15.01.2026 10:00 UTC  vollständig  1,2 MB
    ");
    insta::assert_snapshot!(shown(&contract, Lang::En), @r"
    contract           urn:uuid:c0ffee00-0000-4000-8000-000000000001
    title              Parkhäuser Ulm
    partner            Stadt Ulm (did:web:ulm.localhost%3A9444) (we use)
    state              in force
    why                Both sides have signed.
    last step          the partner confirmed [partner] (2026-01-15 10:00 UTC)
    rule               Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                         [enforced] only for members vetted as mobility service
                         [enforced] only until 2026-12-31
                         [promised] only for traffic planning
    partner's program  unknown
    ours to keep       only for traffic planning
    data may flow      yes
    changes on         2026-12-31 23:00 UTC
    requested          2026-01-15 10:00 UTC
    concluded          2026-01-15 10:00 UTC
    account            local-operator
    dataset            urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    agreement          urn:uuid:a9000000-0000-4000-8000-000000000001
    digest             sha256:cd34
    signatures         did:web:ulm.localhost%3A9444: valid
                       did:web:wegweiser.localhost%3A9544: valid

    DELIVERY  REQUESTED             STATE     SIZE    WHY
    d0000000  2026-01-15 10:00 UTC  complete  1.2 MB
    ");
}

#[test]
fn a_refused_contract() {
    insta::assert_snapshot!(shown(&fixture::refused_contract(), Lang::En), @r"
    contract           urn:uuid:bad00000-0000-4000-8000-000000000002
    title              Parkhäuser Ulm
    partner            Stadt Ulm (did:web:ulm.localhost%3A9444) (we use)
    state              refused
    why                You are not vetted as mobility service.
    code               not-vetted
    next               Ask the authority to vet you.
    last step          the partner confirmed [partner] (2026-01-15 10:00 UTC)
    rule               Use only by vetted mobility services, until 2026-12-31, for traffic planning.
                         [enforced] only for members vetted as mobility service
                         [enforced] only until 2026-12-31
                         [promised] only for traffic planning
    partner's program  unknown
    ours to keep       only for traffic planning
    data may flow      no
    requested          2026-01-15 10:00 UTC
    ended              2026-01-15 10:00 UTC
    account            local-operator
    dataset            urn:uuid:5f1c2a34-0000-4000-8000-000000000001
    ");
}

#[test]
fn how_things_stand() {
    insta::assert_snapshot!(shown(&fixture::log_page(), Lang::De), @r"
    NR.  ZEIT                  EREIGNIS                                    KONTO
    41   15.01.2026 10:00 UTC  Nutzungsvertrag mit Stadt Ulm geschlossen.  local-operator
    ");
    insta::assert_snapshot!(shown(&fixture::doctor(), Lang::De), @r"
    ok      clock: Die Uhr geht richtig.
    FEHLER  certificate: Das Zertifikat läuft in 3 Tagen ab.
            → Vertrauensstelle erreichbar machen.
    ");
    insta::assert_snapshot!(shown(&fixture::doctor(), Lang::En), @r"
    ok     clock: the clock is right
    WRONG  certificate: the certificate expires in 3 days
           → make the authority reachable
    ");
    insta::assert_snapshot!(shown(&fixture::members(), Lang::En), @r"
    data space  did:web:authority.localhost%3A9344 (list 7 until 2026-01-16 00:00 UTC)

    MEMBER          STATE   VETTED AS         PARTICIPANT
    Wegweiser GmbH  active  mobility-service  did:web:wegweiser.localhost%3A9544
    ");
    insta::assert_snapshot!(shown(&fixture::status(), Lang::De), @r"
    Teilnehmer           Stadt Ulm (did:web:ulm.localhost%3A9444)
    Datenraum            did:web:authority.localhost%3A9344
    Version              0.1.0 (DSP 2025-1)
    läuft seit           15.01.2026 08:00 UTC
    Zertifikat bis       15.03.2026 08:00 UTC
    Speicher             sled, 9,8 GB frei
    Protokoll            42 Einträge, 42 davon besiegelt
    Datensätze           1
    Verträge in Kraft    1
    warten auf Freigabe  0
    ");
    insta::assert_snapshot!(shown(&fixture::status(), Lang::En), @r"
    participant           Stadt Ulm (did:web:ulm.localhost%3A9444)
    data space            did:web:authority.localhost%3A9344
    version               0.1.0 (DSP 2025-1)
    running since         2026-01-15 08:00 UTC
    certificate until     2026-03-15 08:00 UTC
    store                 sled, 9.8 GB free
    log                   42 entries, 42 of them sealed
    datasets              1
    contracts in force    1
    waiting for approval  0
    ");
}

#[test]
fn what_a_partner_wrote_cannot_command_the_terminal() {
    for lang in [Lang::De, Lang::En] {
        let texts = [shown(&fixture::dataset(), lang), shown(&vec![fixture::dataset()], lang)];
        assert!(texts.iter().all(|text| !text.contains('\u{1b}') && text.contains("\\u{1b}")));
    }
}

#[test]
fn sizes_and_ids_are_short() {
    for (bytes, expected) in [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1,0 kB"),
        (1_234_567, "1,2 MB"),
        (u64::MAX, "18446744,0 TB"),
    ] {
        assert_eq!(size(bytes, Lang::De), expected);
    }
    assert_eq!(short("urn:uuid:c0ffee00-0000-4000-8000-000000000001"), "c0ffee00");
    assert_eq!(short("agreement-7"), "agreement-7");
}

#[test]
fn partners_and_what_their_programs_ignore() {
    insta::assert_snapshot!(shown(&fixture::partners(), Lang::De), @r"
    PARTNER         PROGRAMM                      TEILNEHMER
    Wegweiser GmbH  Eclipse EDC, sagt anna.huber  did:web:wegweiser.localhost%3A9544
    ");
    insta::assert_snapshot!(shown(&fixture::partners().remove(0), Lang::En), @r"
    partner            Wegweiser GmbH (did:web:wegweiser.localhost%3A9544)
    partner's program  Eclipse EDC, says anna.huber
    known from         eclipse-edc/Connector, code read
    said on            2026-01-15 09:00 UTC
    it ignores         It knows no duties.
    ");
    insta::assert_snapshot!(shown(&fixture::partners().remove(0), Lang::De), @r"
    Partner                Wegweiser GmbH (did:web:wegweiser.localhost%3A9544)
    Programm des Partners  Eclipse EDC, sagt anna.huber
    bekannt aus            eclipse-edc/Connector, code read
    gesagt am              15.01.2026 09:00 UTC
    hält es nicht ein      Pflichten kennt es nicht.
    ");
}
