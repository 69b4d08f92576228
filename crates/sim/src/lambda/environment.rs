//! Execution environments: created cold, warm while they are used, reset after a crash,
//! removed when idle for long.
//!
//! Each belongs to one version. Idle ones of a version stand in line by how long they
//! have been idle, so one timer for the line is enough.
//! Rules: ENV-01, ENV-02, ENV-06, ENV-09 to ENV-12, ENV-16; CON-13, CON-14.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::concurrency::Window;
use crate::id::{EnvironmentId, VersionIx};
use crate::scenario::{Pick, Settings};
use crate::time::Instant;

/// One environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its number in the run.
    pub id: EnvironmentId,
    /// The version it belongs to.
    pub version: VersionIx,
    /// Whether it is provisioned.
    pub provisioned: bool,
    /// When it was created.
    pub created: Instant,
    /// Since when it is busy or idle.
    pub since: Instant,
    /// The place of the run in it.
    pub run: Option<u32>,
    /// Whether the next use runs Init again.
    pub reset: bool,
    /// The revision of its version it was created from.
    pub(crate) revision: u32,
    live: bool,
}

/// How far provisioned concurrency is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Not asked for.
    #[default]
    None,
    /// Being prepared.
    InProgress {
        /// When it will be usable.
        ready_at: Instant,
    },
    /// Usable.
    Ready,
    /// Init failed.
    Failed,
}

/// Provisioned concurrency of one version.
#[derive(Clone, Debug, Default)]
pub struct Provisioned {
    /// Environments asked for.
    pub requested: u64,
    /// Environments usable.
    pub allocated: u64,
    /// How far it is.
    pub status: Status,
    /// Since when there has been some without a break.
    pub(crate) enabled: Instant,
    /// Up to when it has been billed.
    pub(crate) billed_to: Instant,
    pub(crate) serial: u32,
    /// Requests for it in the present second.
    pub(crate) requests: Window,
    /// Environments there are, busy ones and surplus ones too.
    live: u64,
    idle: Vec<u32>,
}

/// The environments of one version.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Idle on-demand environments, the one idle longest first.
    idle: VecDeque<u32>,
    /// Whether a timer for the front of `idle` is under way.
    pub(crate) armed: bool,
    /// Provisioned concurrency.
    pub provisioned: Provisioned,
}

/// The environments of one function.
#[derive(Clone, Debug, Default)]
pub struct State {
    environments: Vec<Environment>,
    free: Vec<u32>,
    created: u32,
    live: u32,
    pools: Vec<Pool>,
}

impl State {
    /// Environments there are.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.live
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// All environments there are.
    pub fn iter(&self) -> impl Iterator<Item = &Environment> {
        self.environments.iter().filter(|environment| environment.live)
    }

    /// The pool of a version, if it has been used.
    #[must_use]
    pub fn pool(&self, version: VersionIx) -> Option<&Pool> {
        self.pools.get(usize::from(version.0))
    }

    pub(crate) fn pool_mut(&mut self, version: VersionIx) -> &mut Pool {
        let at = usize::from(version.0);
        if self.pools.len() <= at {
            self.make_pools(at + 1);
        }
        &mut self.pools[at]
    }

    #[cold]
    #[inline(never)]
    fn make_pools(&mut self, count: usize) {
        self.pools.resize_with(count, Pool::default);
    }

    pub(crate) fn get(&self, place: u32) -> &Environment {
        &self.environments[place as usize]
    }

    pub(crate) fn get_mut(&mut self, place: u32) -> &mut Environment {
        &mut self.environments[place as usize]
    }

    /// Idle on-demand environments of a version.
    #[inline]
    pub(crate) fn idle_count(&mut self, version: VersionIx) -> usize {
        self.pool_mut(version).idle.len()
    }

    /// Whether another version has an idle environment (ENV-16).
    pub(crate) fn idle_elsewhere(&self, version: VersionIx) -> bool {
        let others = self.pools.iter().enumerate();
        others
            .filter(|(at, _)| *at != usize::from(version.0))
            .any(|(_, p)| !p.idle.is_empty())
    }

    /// Takes an idle on-demand environment of a version (ENV-12).
    #[inline]
    pub(crate) fn take_idle(&mut self, version: VersionIx, pick: Pick) -> Option<u32> {
        let idle = &mut self.pool_mut(version).idle;
        match pick {
            Pick::MostRecentlyUsed => idle.pop_back(),
            Pick::LeastRecentlyUsed => idle.pop_front(),
        }
    }

    /// Takes an idle provisioned environment of a version.
    #[inline]
    pub(crate) fn take_provisioned(&mut self, version: VersionIx) -> Option<u32> {
        self.pools.get_mut(usize::from(version.0))?.provisioned.idle.pop()
    }

    /// Creates an environment, idle and in no line.
    pub(crate) fn create(
        &mut self,
        version: VersionIx,
        provisioned: bool,
        revision: u32,
        now: Instant,
    ) -> u32 {
        self.created += 1;
        self.live += 1;
        if provisioned {
            self.pool_mut(version).provisioned.live += 1;
        }
        let environment = Environment {
            id: EnvironmentId(self.created),
            version,
            provisioned,
            created: now,
            since: now,
            run: None,
            reset: false,
            revision,
            live: true,
        };
        if let Some(place) = self.free.pop() {
            self.environments[place as usize] = environment;
            return place;
        }
        self.environments.push(environment);
        u32::try_from(self.environments.len() - 1).expect("environments are limited")
    }

    /// Puts an environment back in its line; says whether the line has a timer.
    #[inline]
    pub(crate) fn put_idle(&mut self, place: u32, reset: bool, now: Instant) -> bool {
        let environment = &mut self.environments[place as usize];
        environment.run = None;
        environment.since = now;
        environment.reset = reset;
        let Environment { version, provisioned, .. } = *environment;
        let pool = self.pool_mut(version);
        if provisioned {
            pool.provisioned.idle.push(place);
        } else {
            pool.idle.push_back(place);
        }
        pool.armed
    }

    /// Removes an environment that is in no line.
    pub(crate) fn remove(&mut self, place: u32) {
        let environment = &mut self.environments[place as usize];
        assert!(environment.live, "an environment was removed twice");
        environment.live = false;
        environment.run = None;
        let Environment { version, provisioned, .. } = *environment;
        if provisioned {
            self.pool_mut(version).provisioned.live -= 1;
        }
        self.live -= 1;
        self.free.push(place);
    }

    /// The on-demand environment of a version that is idle longest.
    pub(crate) fn longest_idle(&self, version: VersionIx) -> Option<&Environment> {
        let pool = self.pools.get(usize::from(version.0))?;
        pool.idle.front().map(|place| self.get(*place))
    }

    /// Takes all idle on-demand environments of a version out of their line.
    pub(crate) fn drain_idle(&mut self, version: VersionIx) -> Vec<u32> {
        self.pool_mut(version).idle.drain(..).collect()
    }

    /// Takes idle provisioned environments out of their line until `keep` are left.
    pub(crate) fn drain_provisioned(
        &mut self,
        version: VersionIx,
        keep: u64,
    ) -> Vec<u32> {
        let provisioned = &mut self.pool_mut(version).provisioned;
        let surplus = provisioned.live.saturating_sub(keep);
        let idle = provisioned.idle.len();
        let take = usize::try_from(surplus).unwrap_or(usize::MAX).min(idle);
        provisioned.idle.drain(..take).collect()
    }

    /// Whether there are more provisioned environments of a version than asked for.
    pub(crate) fn has_surplus(&self, version: VersionIx) -> bool {
        let pool = self.pool(version).map(|pool| &pool.provisioned);
        pool.is_some_and(|provisioned| provisioned.live > provisioned.requested)
    }

    /// When the environment is to be replaced although it is used (ENV-11).
    pub(crate) fn too_old(&self, place: u32, settings: &Settings, now: Instant) -> bool {
        let lived = now.since(self.get(place).created);
        settings.life_max.is_some_and(|most| lived >= most)
    }

    /// Provisioned environments asked for, over all versions.
    pub(crate) fn provisioned_total(&self) -> u64 {
        self.pools.iter().map(|pool| pool.provisioned.requested).sum()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.environments.len() * size_of::<Environment>()
    }

    pub(crate) fn assert_consistent(&self) {
        let live = self.iter().count();
        assert_eq!(live, self.live as usize, "environments are counted wrong");
        let busy = self.iter().filter(|e| e.run.is_some()).count();
        let provisioned = self.iter().filter(|e| e.provisioned).count() as u64;
        let counted: u64 = self.pools.iter().map(|p| p.provisioned.live).sum();
        assert_eq!(provisioned, counted, "provisioned ones are counted wrong");
        let idle: usize =
            self.pools.iter().map(|p| p.idle.len() + p.provisioned.idle.len()).sum();
        assert_eq!(live, busy + idle, "an environment is neither busy nor in one line");
    }
}
