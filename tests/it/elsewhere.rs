//! A partner that names addresses elsewhere: in its catalogue, its callbacks, its data addresses, its
//! redirects. Each is refused by its code, or not used; nobody calls there, and the operator's
//! journal says so.

use allmende_tests::liar::{Liar, Trap};
use allmende_tests::machines::{Desk, Machine, Machines};
use allmende_tests::wait::{until, until_so};
use serde_json::{Value, json};

const ULM: &str = "ulm.localhost";
const COMPANY: &str = "company.localhost";
const BASE: &str = "/dsp/2025-1";
const VERSION: &str = "/.well-known/dspace-version";
const CATALOG: &str = "/dsp/2025-1/catalog/request";
const OK: &str = "200 OK\r\nContent-Type: application/json";

/// Ulm's connector, and a liar in the place of a company with which it has a contract each way.
struct Stage {
    _machines: Machines,
    ulm: Machine,
    company: Machine,
    liar: Liar,
    trap: Trap,
    /// Ulm's contract as consumer: its id, and the agreement of the one as provider.
    bought: String,
    sold: Value,
}

/// Publishes at `seller` and gets a contract for `buyer`; the contract as the buyer sees it.
fn deal(seller: &Machine, host: &str, buyer: &Desk) -> Value {
    seller.write(host, "parking.csv", b"Rathaus,12\n");
    let add = ["dataset", "add", "--title", "Parking", "--file", "parking.csv"];
    let dataset = seller.run(&add).done();
    let asked = json!({"peer": host, "dataset": dataset["id"]});
    let asked = buyer.done("POST", "/contracts", Some(&asked));
    let path = format!("/contracts/{}", asked["id"].as_str().unwrap());
    until("the contract is concluded", || {
        let seen = buyer.get(&path);
        (seen["protocolState"] == "FINALIZED").then_some(seen)
    })
}

impl Stage {
    fn new() -> Self {
        let machines = Machines::found();
        let ulm = machines.join("ulm", &[ULM]);
        let mut company = machines.join("company", &[COMPANY]);
        let sold = deal(&ulm, ULM, &company.desk(COMPANY));
        let bought = deal(&company, COMPANY, &ulm.desk(ULM));
        let liar = Liar::instead_of(&mut company, COMPANY);
        Self {
            _machines: machines,
            trap: Trap::default(),
            bought: bought["id"].as_str().unwrap().to_owned(),
            sold: sold["agreement"].clone(),
            ulm,
            company,
            liar,
        }
    }

    fn desk(&self) -> Desk {
        self.ulm.desk(ULM)
    }

    /// Addresses that are not the company's: in another's name, in our own network, or only alike.
    fn elsewhere(&self) -> Vec<String> {
        let port = self.trap.port();
        let own = self.company.mutual().port();
        vec![
            format!("https://localhost:{port}{BASE}"),
            format!("https://127.0.0.1:{port}{BASE}"),
            format!("https://[::ffff:127.0.0.1]:{port}{BASE}"),
            format!("https://{ULM}:{port}{BASE}"),
            format!("https://{COMPANY}.evil.localhost:{port}{BASE}"),
            format!("https://{COMPANY}:{own}@127.0.0.1:{port}{BASE}"),
            format!("http://127.0.0.1:{port}{BASE}"),
            format!("https://10.0.0.1:{port}{BASE}"),
            format!("https://169.254.169.254{BASE}"),
            "file:///etc/passwd".to_owned(),
        ]
    }

    /// What Ulm's operator is told when asking for the company's catalogue.
    fn catalog(&self, query: &str) -> (u16, String) {
        let path = format!("/catalog?peer={COMPANY}{query}");
        let told = self.desk().ask("GET", &path, None).unwrap();
        (told.status, told.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    fn check_trap(&self, case: &str) {
        assert_eq!(self.trap.calls(), [], "{case}");
    }

    fn versions(&self, path: &str) {
        let entry = json!({
            "version": "2025-1", "path": path, "binding": "HTTPS", "serviceId": "x",
        });
        self.liar.say(VERSION, OK, &json!({"protocolVersions": [entry]}));
    }

    /// The base that the company's version document names.
    fn base_elsewhere(&mut self) {
        let port = self.trap.port();
        for (path, code) in [
            (format!("@127.0.0.1:{port}{BASE}"), "version-path"),
            (format!("//127.0.0.1:{port}{BASE}"), "version-path"),
            (format!("/../..{BASE}"), "version-path"),
        ] {
            // It remembers nothing of where the company was.
            self.ulm.kill();
            self.ulm.up();
            self.versions(&path);
            assert_eq!(self.catalog(""), (502, code.to_owned()), "{path}");
            self.check_trap(&path);
        }
    }

    fn page_elsewhere(&self) {
        let did = self.company.did(COMPANY).to_string();
        let catalog = json!({
            "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
            "@id": "urn:uuid:catalog", "@type": "Catalog", "participantId": did,
        });
        self.liar.say(CATALOG, OK, &catalog);
        assert_eq!(
            self.catalog(""),
            (200, String::new()),
            "the liar is believed when it does not lie"
        );
        for address in self.elsewhere() {
            let link = format!("{OK}\r\nLink: <{address}>; rel=\"next\"");
            self.liar.say(CATALOG, &link, &catalog);
            assert_eq!(self.catalog(""), (502, "page-other-host".to_owned()), "{address}");
            self.liar.say(CATALOG, OK, &catalog);
            let page =
                format!("&page={}", protocol::http_path::segment(&address).replace('&', "%26"));
            assert_eq!(self.catalog(&page), (502, "page-other-host".to_owned()), "{address}");
            self.check_trap(&address);
        }
    }

    fn redirect_elsewhere(&self) {
        for status in ["301 Moved", "302 Found", "307 There", "308 There"] {
            let location = format!("{status}\r\nLocation: https://localhost:{}/", self.trap.port());
            self.liar.say(CATALOG, &location, &json!({}));
            assert_eq!(self.catalog(""), (502, "partner-refused".to_owned()), "{status}");
            self.check_trap(status);
        }
    }

    fn callback_elsewhere(&self) {
        let desk = self.desk();
        let (contracts, deliveries) = (desk.get("/contracts"), desk.get("/deliveries"));
        let dataset = desk.get("/datasets")[0].clone();
        let mut offer = dataset["offer"].clone();
        offer["target"] = dataset["id"].clone();
        let context = json!(["https://w3id.org/dspace/2025/1/context.jsonld"]);
        for address in self.elsewhere() {
            let contract = json!({
                "@context": context, "@type": "ContractRequestMessage", "offer": offer,
                "consumerPid": "urn:uuid:by-hand", "callbackAddress": address,
            });
            let transfer = json!({
                "@context": context, "@type": "TransferRequestMessage", "format": "HttpData-PULL",
                "agreementId": self.sold, "consumerPid": "urn:uuid:by-hand",
                "callbackAddress": address,
            });
            for (path, message) in
                [("/negotiations/request", contract), ("/transfers/request", transfer)]
            {
                self.refused(path, &message, "callback-other-host", &address);
            }
        }
        assert_eq!(desk.get("/contracts"), contracts);
        assert_eq!(desk.get("/deliveries"), deliveries);
    }

    fn data_elsewhere(&self) {
        let (desk, request) = (self.desk(), format!("{BASE}/transfers/request"));
        let context = json!(["https://w3id.org/dspace/2025/1/context.jsonld"]);
        self.liar.say(&request, "503 Later", &json!({}));
        let pull = format!("/contracts/{}/pull", self.bought);
        let delivery = desk.done("POST", &pull, Some(&json!({})));
        let asked = until("Ulm asks for the data", || self.liar.heard(&request).pop());
        let asked: Value = serde_json::from_slice(&asked.body).unwrap();
        let process = json!({"providerPid": "urn:uuid:liar", "consumerPid": asked["consumerPid"]});
        let with = |more: Value| {
            let mut all = process.clone();
            all["@context"] = context.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let begun = with(json!({"@type": "TransferProcess", "state": "REQUESTED"}));
        self.liar.say(&request, "201 Made\r\nContent-Type: application/json", &begun);
        let path = format!("/deliveries/{}", delivery["id"].as_str().unwrap());
        until_so("the transfer is acknowledged", || self.liar.heard(&request).len() > 1);
        let start = format!("/transfers/{}/start", asked["consumerPid"].as_str().unwrap());
        let suspension =
            format!("/transfers/{}/suspension", asked["consumerPid"].as_str().unwrap());
        for (number, address) in self.elsewhere().iter().enumerate() {
            let data = json!({
                "@type": "DataAddress", "endpointType": "https://w3id.org/idsa/v4.1/HTTP",
                "endpoint": address,
            });
            let message = with(json!({"@type": "TransferStartMessage", "dataAddress": data}));
            let said = self.ulm.journal().len();
            // Where the data lies is no matter of the state; but nobody calls there. Ulm may still be
            // reading the acknowledgement.
            until_so("the start is taken", || {
                self.liar.post(ULM, self.ulm.mutual(), &start, &message).status == 200
            });
            let journal = self.ulm.journal().split_off(said);
            assert!(journal.contains("data-address-other-host"), "{address}: {journal}");
            until_so("the delivery comes to nothing", || {
                let seen = desk.get(&path);
                assert_eq!(seen["bytes"], 0, "{address}");
                seen.to_string().contains("no-data-address")
            });
            self.check_trap(address);
            let held = json!({"@type": "TransferSuspensionMessage", "code": number.to_string()});
            let told = self.liar.post(ULM, self.ulm.mutual(), &suspension, &with(held));
            assert_eq!(told.status, 200, "{address}");
        }
    }

    /// A message that Ulm must refuse by its code, unless it is no address at all, and the journal
    /// must tell of it.
    fn refused(&self, path: &str, message: &Value, code: &str, address: &str) {
        let said = self.ulm.journal().len();
        let told = self.liar.post(ULM, self.ulm.mutual(), path, message);
        let found = told.json()["code"].as_str().unwrap_or_default().to_owned();
        assert_eq!(told.status, 400, "{path} {address}: {found}");
        let malformed = ["http:", "file:", "@", "[", "//1"].iter().any(|it| address.contains(it));
        assert!(found == code || malformed, "{path} {address}: {found}");
        self.check_trap(address);
        let journal = self.ulm.journal().split_off(said);
        assert!(journal.contains(&found) && journal.contains(COMPANY), "{found}: {journal}");
    }
}

#[test]
fn a_partner_that_names_addresses_elsewhere_is_refused_and_nobody_calls_there() {
    let mut stage = Stage::new();
    stage.page_elsewhere();
    stage.redirect_elsewhere();
    stage.callback_elsewhere();
    stage.data_elsewhere();
    stage.base_elsewhere();
    // Its own host leads into our network, and the operator has not allowed that.
    stage.ulm.kill();
    stage.ulm.set("allow = [\"127.0.0.0/8\"]", "allow = []");
    stage.ulm.up();
    let heard = stage.liar.heard(VERSION).len();
    assert_eq!(stage.catalog(""), (502, "address-forbidden".to_owned()));
    assert_eq!(stage.liar.heard(VERSION).len(), heard);
}
