//! What does not happen: a firm that the rule does not permit gets nothing, and one town does not
//! see what the other does. And what stops: a running delivery when its contract ends.

use super::feed::Feed;
use super::flow::{PARKING, PURPOSE};
use super::line::Line;
use super::party::Party;
use super::program;
use super::stage::{Ran, Told};
use super::{Play, megabytes, short};
use crate::cli::client::{Call, Client};
use crate::cli::exit::Failure;
use crate::cli::local;
use crate::clock::Clock as _;
use crate::home::Home;
use crate::management::operation::Operation;
use crate::management::run_file::RunFile;
use crate::management::view::{
    ContractStage, ContractView, DatasetView, DeliveryView, HandoverView, Words,
};

/// The dataset whose delivery is cut.
const LIVE: &str = "Parkleitsystem";

impl Play {
    /// The second firm asks and is told no.
    pub(super) async fn refuse(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Die Plakat AG fragt nach denselben Daten und wird abgelehnt.",
                "Plakat AG asks for the same data and is refused.",
            ),
            &Words::new(
                "Sie ist Mitglied, aber kein geprüfter Mobilitätsdienst. Die Ablehnung sagt, warum, und was zu tun ist.",
                "It is a member, but not vetted as a mobility service. The refusal says why, and what can be done.",
            ),
        );
        let firm = self.cast.second_firm.clone();
        let line = Line::new(&["contract", "request", self.cast.ulm.host, PARKING])
            .and(&["--purpose", PURPOSE])
            .by(&firm);
        self.teller.typed(&line);
        let ran = self.stage.run(&line).await?;
        match ran.printed::<ContractView>() {
            Some(contract) if contract.stage == ContractStage::Refused => {
                self.standing(&contract);
                let lang = self.teller.lang;
                if let Some(remedy) = &contract.remedy {
                    let label = Words::new("Nächster Schritt", "next");
                    self.teller.fact("remedy", &label, remedy.in_lang(lang));
                }
            }
            Some(_) => return Err(ran.unexpected()),
            None => self.told(&ran)?,
        }
        self.teller.done()
    }

    /// A refusal in its own words; anything else is not what should have happened.
    fn told(&mut self, ran: &Ran) -> Result<(), Failure> {
        let Some(Told { code, what, why, remedy }) = ran.told() else {
            return Err(ran.unexpected());
        };
        let lang = self.teller.lang;
        self.teller.fact("what", &Words::new("Fehler", "error"), what.in_lang(lang));
        if let Some(why) = why {
            self.teller.fact("why", &Words::new("Grund", "why"), why.in_lang(lang));
        }
        self.teller.fact("remedy", &Words::new("Nächster Schritt", "next"), remedy.in_lang(lang));
        self.teller.fact("code", &Words::new("Kennung", "code"), code);
        Ok(())
    }

    /// Neu-Ulm, in the same process, sees nothing of Ulm's contract.
    pub(super) async fn separate(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Neu-Ulm sieht nichts von Ulms Verträgen.",
                "Neu-Ulm sees nothing of Ulm's contracts.",
            ),
            &Words::new(
                "Beide laufen im selben Prozess. Ulm sieht seinen Vertrag; für Neu-Ulm gibt es ihn nicht.",
                "Both run in the same process. Ulm sees its contract; for Neu-Ulm it does not exist.",
            ),
        );
        let (ulm, neu_ulm) = (self.cast.ulm.clone(), self.cast.neu_ulm.clone());
        let line = Line::new(&["contract", "list"]).by(&ulm);
        let contracts: Vec<ContractView> = self.stage.show(&mut self.teller, &line).await?;
        let Some(contract) = contracts.iter().find(|one| one.stage == ContractStage::InForce)
        else {
            return Err(self.stage.run(&line).await?.unexpected());
        };
        let partner = contract.peer_name.clone();
        let partner = partner.unwrap_or_else(|| contract.peer.host().to_owned());
        let said = format!("{} · {} · {partner}", short(contract.id.as_str()), contract.title);
        self.teller.fact("ulm", &Words::new("Ulm", "Ulm"), said);
        let line = Line::new(&["contract", "show", contract.id.as_str()]).by(&neu_ulm);
        self.teller.typed(&line);
        let ran = self.stage.run(&line).await?;
        self.told(&ran)?;
        self.teller.done()
    }

    /// Ulm ends a contract while data flows under it.
    pub(super) async fn cut(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Ulm beendet einen Vertrag, während Daten fließen.",
                "Ulm ends a contract while data flows.",
            ),
            &Words::new(
                "Ulm bietet auch sein Parkleitsystem an, eine Quelle, die nie endet. Die Wegweiser GmbH liest noch, als Ulm den Vertrag beendet.",
                "Ulm also offers its parking guidance system, a source that never ends. Wegweiser GmbH is still reading when Ulm ends the contract.",
            ),
        );
        let feed = Feed::start(&self.cast.ulm).await.map_err(|error| local(&error))?;
        let contract = self.live_contract(&feed).await?;
        let (ulm, company) = (self.cast.ulm.clone(), self.cast.company.clone());
        let serve = Line::new(&["serve", LIVE]).by(&company);
        let handover: HandoverView = self.stage.show(&mut self.teller, &serve).await?;
        let reader = self.cut_short(&company, &ulm, &contract).await?;
        self.told(&reader)?;
        self.both_sides([&company, &ulm]).await?;
        self.program_is_told(&handover).await?;
        self.teller.done()
    }

    /// Reads under a contract until the other side ends it; how the reader ended.
    async fn cut_short(
        &mut self,
        company: &Party,
        ulm: &Party,
        contract: &ContractView,
    ) -> Result<Ran, Failure> {
        let lang = self.teller.lang;
        let pull = Line::new(&["pull", LIVE]).by(company);
        self.teller.typed(&pull);
        let client = client(company)?;
        // The reader runs on while it is watched and while the other side ends the contract.
        let pulling = self.stage.run(&pull);
        tokio::pin!(pulling);
        let delivery = tokio::select! {
            ran = &mut pulling => return Err(ran?.unexpected()),
            delivery = flowing(&client, contract) => delivery?,
        };
        let size = megabytes(delivery.bytes);
        self.teller.fact("flowing", &Words::new("fließt", "flowing"), size.in_lang(lang));
        let reason = Words::new("Der Rat hat es so beschlossen.", "The council has decided so.");
        let end = Line::new(&["contract", "end", LIVE, "--reason", reason.in_lang(lang)]).by(ulm);
        self.teller.typed(&end);
        let began = self.teller.clock().now();
        let (ended, reader) = tokio::join!(self.stage.run(&end), pulling);
        self.sums.cut_ms = self.teller.ms_since(began);
        let _: ContractView = ended?.data()?;
        let after = Words::new(
            format!("nach {} ms abgebrochen", self.sums.cut_ms),
            format!("cut after {} ms", self.sums.cut_ms),
        );
        self.teller.fact("cut", &Words::new("Lieferung", "delivery"), after.in_lang(lang));
        reader
    }

    /// A contract about the feed.
    async fn live_contract(&mut self, feed: &Feed) -> Result<ContractView, Failure> {
        let (ulm, company) = (self.cast.ulm.clone(), self.cast.company.clone());
        let url = feed.url();
        let add = Line::new(&["dataset", "add", "--title", LIVE, "--http", &url]);
        let add = self.ruled(add).by(&ulm);
        let _: DatasetView = self.stage.show(&mut self.teller, &add).await?;
        let request = Line::new(&["contract", "request", ulm.host, LIVE, "--purpose", PURPOSE]);
        self.stage.show(&mut self.teller, &request.by(&company)).await
    }

    /// What each side says about the end.
    async fn both_sides(&mut self, sides: [&Party; 2]) -> Result<(), Failure> {
        let lang = self.teller.lang;
        for party in sides {
            let line = Line::new(&["contract", "show", LIVE, "--wait", "10"]).by(party);
            let contract: ContractView = self.stage.show(&mut self.teller, &line).await?;
            let said = contract.why.in_lang(lang).to_owned();
            self.teller.fact(party.host, &Words::same(party.name), said);
        }
        Ok(())
    }

    /// The company's program asks once more and is told plainly.
    async fn program_is_told(&mut self, handover: &HandoverView) -> Result<(), Failure> {
        let answer = program::read(handover).await?;
        let label = Words::new("ihr Programm", "its program");
        let said = match answer.refusal() {
            Some(told) => format!("HTTP {}: {} ({})", answer.status, told.reason, told.code),
            None => format!("HTTP {}", answer.status),
        };
        self.teller.fact("program", &label, said);
        Ok(())
    }
}

/// Speaks for a party's operator, to watch a delivery as `pull` itself does.
fn client(party: &Party) -> Result<Client, Failure> {
    let file = RunFile::read(&Home::at(&party.home))
        .map_err(|error| local(&std::io::Error::other(error)))?;
    let token = file.participants.get(&party.did).cloned();
    let token = token.ok_or_else(|| local(&std::io::Error::other("no token for the party")))?;
    Client::new(file.address, party.did.clone(), token)
}

/// Resolves when the first bytes of a delivery under the contract are there.
async fn flowing(client: &Client, contract: &ContractView) -> Result<DeliveryView, Failure> {
    let about = || Call::plain().with("contract", &contract.id);
    let mut delivery: Option<DeliveryView> = None;
    loop {
        delivery = match delivery {
            Some(delivery) if delivery.bytes > 0 => return Ok(delivery),
            Some(delivery) => {
                let call = Call::about(delivery.id.as_str()).with("wait", 10).with("seen", 0);
                Some(client.call(Operation::Delivery, call).await?)
            }
            None => {
                let found: Vec<DeliveryView> = client.call(Operation::Deliveries, about()).await?;
                found.into_iter().next()
            }
        };
    }
}
