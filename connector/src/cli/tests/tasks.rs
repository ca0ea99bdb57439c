//! Tasks with fixed answers.

use std::path::PathBuf;

use wire::did::Did;
use wire::digest::Digest;

use crate::cli::exit::Failure;
use crate::cli::task::{
    AuthorityInit, AuthorityInitialised, Demo, Init, Initialised, Invite, Invited, Join, Joined,
    Listening, RootCrl, Suspend, Tasks, Vet, Vetted,
};
use crate::home::Home;
use crate::management::fixture::{at, ulm};

pub(super) struct FixtureTasks;

fn authority() -> Did {
    Did::parse("did:web:authority.localhost%3A9344").unwrap()
}

fn listening() -> Listening {
    Listening {
        participants: vec![ulm()],
        mutual: "https://ulm.localhost:9443".into(),
        public: "https://ulm.localhost:9444".into(),
        management: Some("http://127.0.0.1:8180".into()),
        handover: None,
    }
}

fn vetted() -> Vetted {
    Vetted { did: ulm(), status: "active".into(), vetted_as: vec!["town".into()], trust_list: 7 }
}

impl Tasks for FixtureTasks {
    async fn init(&self, home: &Home, _: Init) -> Result<Initialised, Failure> {
        Ok(Initialised { did: ulm(), config: home.config(), data_root: PathBuf::from("data") })
    }
    async fn join(&self, _: &Home, options: Join) -> Result<Joined, Failure> {
        assert_eq!(options.code, "tasks-check-this");
        assert!(!format!("{options:?}").contains("tasks-check-this"));
        let certificate_expires = at("2026-03-15T08:00:00Z");
        Ok(Joined { did: ulm(), dataspace: authority().to_string(), certificate_expires })
    }
    async fn up(&self, _: &Home, told: impl FnOnce(Listening) + Send) -> Result<(), Failure> {
        told(listening());
        Ok(())
    }
    async fn authority_init(
        &self,
        home: &Home,
        _: AuthorityInit,
    ) -> Result<AuthorityInitialised, Failure> {
        let fingerprint = Digest::of(b"root");
        Ok(AuthorityInitialised { did: authority(), fingerprint, root: home.authority() })
    }
    async fn authority_up(
        &self,
        _: &Home,
        told: impl FnOnce(Listening) + Send,
    ) -> Result<(), Failure> {
        told(Listening { management: None, ..listening() });
        Ok(())
    }
    async fn authority_invite(&self, _: &Home, _: Invite) -> Result<Invited, Failure> {
        Ok(Invited {
            authority: authority(),
            fingerprint: Digest::of(b"root"),
            code: Some("code".into()),
            code_file: None,
            expires: at("2026-01-16T08:00:00Z"),
        })
    }
    async fn authority_vet(&self, _: &Home, _: Vet) -> Result<Vetted, Failure> {
        Ok(vetted())
    }
    async fn authority_suspend(&self, _: &Home, _: Suspend) -> Result<Vetted, Failure> {
        Ok(vetted())
    }
    async fn authority_root_crl(&self, _: &Home) -> Result<RootCrl, Failure> {
        Ok(RootCrl { number: 2, next_update: at("2026-07-15T08:00:00Z") })
    }
    async fn demo(&self, _: Demo) -> Result<(), Failure> {
        Ok(())
    }
}
