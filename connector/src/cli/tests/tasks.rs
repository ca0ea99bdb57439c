//! Serving and playing with fixed answers.

use crate::cli::exit::Failure;
use crate::cli::task::{Demo, GateListening, Listening, StoreMoved, Tasks};
use crate::home::Home;
use crate::management::fixture::ulm;
use crate::store::Moved;

pub(super) struct FixtureTasks;

impl Tasks for FixtureTasks {
    async fn up(&self, _: &Home, told: impl FnOnce(Listening) + Send) -> Result<(), Failure> {
        told(Listening {
            participants: vec![ulm()],
            mutual: "https://ulm.localhost:9443".into(),
            public: "https://ulm.localhost:9444".into(),
            management: "http://127.0.0.1:8180".into(),
            handover: "http://127.0.0.1:8181".into(),
        });
        Ok(())
    }

    async fn gate(&self, _: &Home, told: impl FnOnce(GateListening) + Send) -> Result<(), Failure> {
        told(GateListening {
            participant: ulm(),
            mutual: "0.0.0.0:8443".into(),
            public: "0.0.0.0:8444".into(),
            to: "http://127.0.0.1:8282/api/dsp".into(),
            outward: "http://127.0.0.1:8190".into(),
            proxy: "socks5h://127.0.0.1:8191".into(),
            folder: "allmende/gate".into(),
        });
        Ok(())
    }

    fn migrate(&self, _: &Home, mut told: impl FnMut(u64)) -> Result<StoreMoved, Failure> {
        told(1200);
        let moved = Moved { records: 1200, former: "allmende/store.sled".into() };
        Ok(StoreMoved { engine: "redb", moved: Some(moved) })
    }

    async fn demo(&self, _: Demo) -> Result<(), Failure> {
        Ok(())
    }
}
