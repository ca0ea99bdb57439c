//! Taking in members and renewing their certificates.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::OpensslVerify;
use identity::chain::VerifiedPeer;
use identity::enrol::{EnrolError, Enrolment, EnrolmentRequest, RenewalRequest};
use identity::jws::JwsError;
use identity::keys::read_public_jwk;
use jiff::Timestamp;
use wire::digest::Digest;
use wire::json::{self, Limits};
use wire::node::Node;
use wire::sign::PublicKey;

use super::envelope::{self, Certificates};
use super::view::{InvitationRecord, MemberRecord, Membership};
use super::{Authority, Change, Record, Refusal};
use crate::clock::Clock;
use crate::ids::Ids;
use crate::store::{Batch, CommitError, Key, Kind, Store, Version};

impl<S: Store, C: Clock, I: Ids, R: Record> Authority<S, C, I, R> {
    /// Takes in the sender of an enrolment: the body of `POST /enrol`. The code works once.
    ///
    /// Before it is enrolled, a participant's public listener has no certificate that its DID
    /// document could be fetched under; so here the code stands for the DID, and the statement
    /// proves that its sender holds the DID key that is registered.
    ///
    /// # Errors
    /// [`Refusal`]; the code then still works, unless it was used meanwhile.
    pub async fn enrol(&self, body: &[u8]) -> Result<Certificates, Refusal> {
        let (request, public_csr) = envelope::part(body)?;
        let request = EnrolmentRequest::parse(&request)?;
        let now = self.clock.now();
        let _changing = self.changing.lock().await;
        let (version, open) = self.invitation(&request, now).await?;
        let did_key = claimed_did_key(&request.proof)?;
        let enrolment =
            request.verify(&open.invitation(), &did_key, &self.office, now, &OpensslVerify)?;
        let issued = self.issue(&enrolment.request, &public_csr, now)?;
        let mut batch = Batch::new();
        batch.remove(self.key_of_code(&open), version);
        let mut member = self.admit(&mut batch, enrolment, &open, now).await?;
        issued.enter(&mut member, now)?;
        self.put_member(&mut batch, &member)?;
        let change =
            Change::Enrolled { member: member.did, certificate: issued.mutual.fingerprint };
        match self.make(batch, &change).await {
            // Somebody else was faster with the same code.
            Err(Refusal::Commit(CommitError::Lost { key })) if key.kind() == Kind::Enrolment => {
                Err(EnrolError::Code.into())
            }
            made => made.map(|_| issued.certificates),
        }
    }

    /// Renews the certificates of `peer`, whose old certificate carries the connection: the body of
    /// `POST /renew` on the mutual listener.
    ///
    /// # Errors
    /// [`Refusal`]; the old certificate stays in force.
    pub async fn renew(&self, peer: &VerifiedPeer, body: &[u8]) -> Result<Certificates, Refusal> {
        let (request, public_csr) = envelope::part(body)?;
        let request = RenewalRequest::parse(&request)?;
        let now = self.clock.now();
        let _changing = self.changing.lock().await;
        let (_, mut member) = self.member(peer.did()).await?;
        if member.membership != Membership::Active {
            return Err(Refusal::Suspended { did: Box::new(member.did) });
        }
        let shown = |digest: &Digest| digest == peer.fingerprint();
        if !member.certificates.iter().any(|issued| shown(&issued.fingerprint)) {
            return Err(Refusal::NotItsCertificate);
        }
        let renewal = request.verify(peer, &member.did_key, &self.office, now, &OpensslVerify)?;
        let issued = self.issue(&renewal.request, &public_csr, now)?;
        issued.enter(&mut member, now)?;
        let mut batch = Batch::new();
        self.put_member(&mut batch, &member)?;
        let change = Change::Renewed {
            member: member.did,
            replaces: renewal.replaces,
            certificate: issued.mutual.fingerprint,
        };
        self.make(batch, &change).await?;
        Ok(issued.certificates)
    }

    /// The open invitation with this code, for this participant.
    async fn invitation(
        &self,
        request: &EnrolmentRequest,
        now: Timestamp,
    ) -> Result<(Version, InvitationRecord), Refusal> {
        let key = self.key_of(Kind::Enrolment, request.code.hash().to_string());
        let found = self.store.get_json::<InvitationRecord>(&key).await?;
        let (version, open) = found.ok_or(EnrolError::Code)?;
        request.check_code(&open.invitation(), now)?;
        Ok((version, open))
    }

    /// The record of a new member, or of one that enrols again: its old certificates are withdrawn
    /// then, because it has lost its keys or wants to be rid of them.
    async fn admit(
        &self,
        batch: &mut Batch,
        enrolment: Enrolment,
        open: &InvitationRecord,
        now: Timestamp,
    ) -> Result<MemberRecord, Refusal> {
        let Enrolment { did, registration, .. } = enrolment;
        let fresh = MemberRecord::new(open, registration, now);
        match self.member(&did).await {
            Err(Refusal::NotAMember { .. }) => Ok(fresh),
            Err(refusal) => Err(refusal),
            Ok((_, mut old)) => {
                self.withdraw(batch, &mut old, now)?;
                let mut again = MemberRecord { joined: old.joined, ..fresh };
                match old.membership {
                    Membership::Active | Membership::Suspended => {
                        again.membership = old.membership;
                        again.vetted_as.extend(old.vetted_as);
                    }
                    Membership::Revoked => {}
                }
                Ok(again)
            }
        }
    }

    fn key_of_code(&self, open: &InvitationRecord) -> Key {
        self.key_of(Kind::Enrolment, open.code.to_string())
    }
}

/// The DID key that the statement asks to have registered; that its sender holds it is proven by
/// the statement's signature, which is checked with this very key.
fn claimed_did_key(proof: &str) -> Result<PublicKey, EnrolError> {
    let form = || EnrolError::Jws { source: JwsError::Form };
    let payload = proof.split('.').nth(1).ok_or_else(form)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| form())?;
    let claims = json::parse(&payload, &Limits::message())?;
    let node = Node::root(&claims);
    Ok(read_public_jwk(&node.object()?.required("didKey")?)?)
}
