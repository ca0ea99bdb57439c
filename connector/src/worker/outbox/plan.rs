//! What is to be tried when. A message is never tried twice at once, and a partner that does not
//! answer holds back nobody's messages but its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use wire::did::Did;

use crate::engine::OutboxKey;

/// How many messages may be under way at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Widths {
    /// Over all partners.
    pub(super) all: usize,
    /// To one partner.
    pub(super) per_peer: usize,
}

/// Everything that waits in memory; what lies in the store is read at the start.
#[derive(Debug)]
pub(super) struct Plan {
    widths: Widths,
    by_due: BTreeSet<(Timestamp, OutboxKey)>,
    planned: BTreeMap<OutboxKey, (Timestamp, Did)>,
    /// What is due, by partner.
    lanes: BTreeMap<Did, Lane>,
    /// Partners with something due and room for it, each served in turn.
    turns: VecDeque<Did>,
    under_way: BTreeMap<OutboxKey, UnderWay>,
    /// How many are being sent; what is under way besides waits for room.
    busy: usize,
}

#[derive(Debug, Default)]
struct Lane {
    ready: VecDeque<OutboxKey>,
    busy: usize,
    has_turn: bool,
}

#[derive(Debug)]
struct UnderWay {
    peer: Did,
    /// Told of again meanwhile, for instance that the message before it has gone.
    again: Option<Timestamp>,
}

impl Plan {
    pub(super) const fn new(widths: Widths) -> Self {
        Self {
            widths,
            by_due: BTreeSet::new(),
            planned: BTreeMap::new(),
            lanes: BTreeMap::new(),
            turns: VecDeque::new(),
            under_way: BTreeMap::new(),
            busy: 0,
        }
    }

    /// A message to `peer` is to be tried at `due`, which replaces what was said of it before.
    pub(super) fn add(&mut self, key: OutboxKey, peer: Did, due: Timestamp) {
        if let Some(under_way) = self.under_way.get_mut(&key) {
            under_way.again = Some(under_way.again.map_or(due, |earlier| earlier.min(due)));
            return;
        }
        if let Some((earlier, _)) = self.planned.insert(key.clone(), (due, peer)) {
            self.by_due.remove(&(earlier, key.clone()));
        }
        self.by_due.insert((due, key));
    }

    /// What is to be tried at `now`: as much as fits, each partner in turn. It is under way from
    /// here on, until [`Plan::done`].
    pub(super) fn start(&mut self, now: Timestamp) -> Vec<OutboxKey> {
        while self.by_due.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, key)) = self.by_due.pop_first() else { break };
            let Some((_, peer)) = self.planned.remove(&key) else { continue };
            let under_way = UnderWay { peer: peer.clone(), again: None };
            self.under_way.insert(key.clone(), under_way);
            self.lanes.entry(peer.clone()).or_default().ready.push_back(key);
            self.give_turn(peer);
        }
        let mut started = Vec::new();
        while self.busy < self.widths.all {
            let Some(peer) = self.turns.pop_front() else { break };
            let Some(lane) = self.lanes.get_mut(&peer) else { continue };
            lane.has_turn = false;
            let Some(key) = lane.ready.pop_front() else { continue };
            lane.busy += 1;
            self.busy += 1;
            started.push(key);
            self.give_turn(peer);
        }
        started
    }

    /// A message is back; `later`, it is to be tried again.
    pub(super) fn done(&mut self, key: &OutboxKey, later: Option<Timestamp>) {
        let Some(UnderWay { peer, again }) = self.under_way.remove(key) else { return };
        if let Some(lane) = self.lanes.get_mut(&peer) {
            lane.busy = lane.busy.saturating_sub(1);
            self.busy = self.busy.saturating_sub(1);
            if lane.busy == 0 && lane.ready.is_empty() {
                self.lanes.remove(&peer);
            }
        }
        if let Some(due) = again.or(later) {
            self.add(key.clone(), peer.clone(), due);
        }
        self.give_turn(peer);
    }

    /// When the next message is due; what is due already waits for another one to come back.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.by_due.first().map(|(due, _)| *due)
    }

    fn give_turn(&mut self, peer: Did) {
        let Some(lane) = self.lanes.get_mut(&peer) else { return };
        if !lane.has_turn && !lane.ready.is_empty() && lane.busy < self.widths.per_peer {
            lane.has_turn = true;
            self.turns.push_back(peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::new(Widths { all: 4, per_peer: 2 })
    }

    fn key(id: &str) -> OutboxKey {
        (Did::parse("did:web:a.example").unwrap(), id.to_owned())
    }

    fn peer(name: &str) -> Did {
        Did::parse(&format!("did:web:{name}.example")).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// The ids that are started, for messages whose first letter names the partner.
    fn started(plan: &mut Plan, now: i64) -> Vec<String> {
        plan.start(at(now)).into_iter().map(|(_, id)| id).collect()
    }

    fn add(plan: &mut Plan, ids: &[&str], due: i64) {
        for id in ids {
            plan.add(key(id), peer(id.get(..1).unwrap()), at(due));
        }
    }

    #[test]
    fn a_message_is_never_under_way_twice() {
        let mut plan = plan();
        add(&mut plan, &["b1"], 1);
        assert_eq!(started(&mut plan, 2), ["b1"]);
        assert!(started(&mut plan, 9).is_empty());
        add(&mut plan, &["b1"], 9);
        assert!(started(&mut plan, 9).is_empty());
        plan.done(&key("b1"), Some(at(10)));
        assert_eq!(plan.next(), Some(at(9)));
    }

    #[test]
    fn what_is_told_of_a_message_under_way_is_tried_once_it_is_back() {
        let mut plan = plan();
        add(&mut plan, &["b2"], 1);
        assert_eq!(started(&mut plan, 1), ["b2"]);
        // It finds that another goes first; that one is gone before it is back.
        add(&mut plan, &["b2"], 0);
        plan.done(&key("b2"), None);
        assert_eq!(started(&mut plan, 1), ["b2"]);
        plan.done(&key("b2"), None);
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn the_earliest_comes_first_and_a_new_errand_replaces_the_old_due_time() {
        let mut plan = plan();
        add(&mut plan, &["b-late"], 5);
        add(&mut plan, &["b-early"], 3);
        add(&mut plan, &["b-late"], 1);
        assert_eq!(started(&mut plan, 4), ["b-late", "b-early"]);
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn a_partner_that_does_not_answer_holds_back_only_its_own_messages() {
        let mut plan = plan();
        add(&mut plan, &["s1", "s2", "s3", "s4", "s5"], 1);
        assert_eq!(started(&mut plan, 1), ["s1", "s2"], "the lane of one partner is two wide");
        add(&mut plan, &["q1", "q2", "q3"], 1);
        assert_eq!(started(&mut plan, 1), ["q1", "q2"]);
        plan.done(&key("q1"), None);
        assert_eq!(started(&mut plan, 1), ["q3"]);
        plan.done(&key("s1"), Some(at(7)));
        assert_eq!(started(&mut plan, 1), ["s3"]);
        assert_eq!(plan.next(), Some(at(7)));
    }

    #[test]
    fn partners_are_served_in_turn_when_there_is_not_room_for_all() {
        let mut plan = Plan::new(Widths { all: 2, per_peer: 2 });
        add(&mut plan, &["a1", "a2", "a3"], 1);
        add(&mut plan, &["b1", "b2"], 1);
        assert_eq!(started(&mut plan, 1), ["a1", "b1"]);
        plan.done(&key("a1"), None);
        plan.done(&key("b1"), None);
        assert_eq!(started(&mut plan, 1), ["a2", "b2"]);
        plan.done(&key("a2"), None);
        assert_eq!(started(&mut plan, 1), ["a3"]);
        plan.done(&key("b2"), None);
        plan.done(&key("a3"), None);
        assert!(plan.lanes.is_empty(), "a partner that owes nothing takes no room");
    }
}
