//! The written rules on passwords: how old one may be, when a first one must be changed, what follows, and on which
//! legal basis. A profile (`mappings/policies`) holds them as data that a lawyer can read.

use super::span::Span;
use crate::model::account::AccountKind;
use crate::model::ids::TargetId;
use crate::model::vocabulary::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What one document lays down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The document: number, date, issuer.
    pub document: String,
    /// How it is called in a letter to a holder.
    pub title: String,
    /// The rules; the first that fits a system and a kind of account counts.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// The ladder of every limit that has none of its own.
    #[serde(default = "standard")]
    pub ladder: Vec<Step>,
    /// What follows where an account stands in a leak list.
    #[serde(default)]
    pub after_leak: AfterLeak,
    /// What follows where a check finds a default password.
    #[serde(default)]
    pub after_default: AfterDefault,
    /// Working days over which the ends of equal terms are spread, towards the earlier, so that not everybody's
    /// password expires on one day.
    #[serde(default)]
    pub cohort_days: u32,
}

/// What follows where an account stands in a leak list: its holder must change the password, and a short ladder leads on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterLeak {
    /// The article it rests on; without it that of the rule for the account.
    #[serde(default)]
    pub basis: String,
    /// The steps; `days` are working days after the list was taken in, 0 at once.
    #[serde(default = "super::leak::short")]
    pub ladder: Vec<Step>,
}

impl Default for AfterLeak {
    fn default() -> Self {
        Self { basis: String::new(), ladder: super::leak::short() }
    }
}

/// What follows where a check finds that a password is a default one: its holder must change it, and a ladder leads on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterDefault {
    /// The article it rests on; without it that of the rule on first passwords, then of the rule for the account.
    #[serde(default)]
    pub basis: String,
    /// The steps; `days` are working days after it was found, 0 at once.
    #[serde(default = "super::guess::short")]
    pub ladder: Vec<Step>,
}

impl Default for AfterDefault {
    fn default() -> Self {
        Self { basis: String::new(), ladder: super::guess::short() }
    }
}

/// What one rule covers and demands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The system: `mail`, or the name of another.
    #[serde(default = "TargetId::mail")]
    pub system: TargetId,
    /// The kinds of account.
    #[serde(default = "everybody")]
    pub kinds: BTreeSet<Holder>,
    /// The article it rests on.
    pub basis: String,
    /// How old a password may become.
    #[serde(default)]
    pub max_age: Option<Limit>,
    /// How long a first password, or one that somebody else has set, may stay.
    #[serde(default)]
    pub first_password: Option<Limit>,
    /// What follows when an account is not used.
    #[serde(default)]
    pub dormancy: Vec<Dormancy>,
    /// From how full a mailbox its holder is told.
    #[serde(default)]
    pub quota: Option<QuotaRule>,
    /// What a password must be like; `check` compares it with the directory's own settings.
    #[serde(default)]
    pub password: Option<Form>,
}

words!(
    /// Whose an account is, to a policy.
    Holder {
        /// A person's.
        Person = "person",
        /// A unit mailbox; its custodian changes the password.
        Unit = "unit",
        /// An administrator's.
        Administrator = "administrator",
        /// A service's.
        Service = "service",
    }
);

impl Holder {
    /// By the directory's kind; `administrator` where the site names the login as one.
    pub fn of(kind: AccountKind, administrator: bool) -> Self {
        match kind {
            _ if administrator => Self::Administrator,
            AccountKind::Person => Self::Person,
            AccountKind::Unit => Self::Unit,
            AccountKind::Service => Self::Service,
        }
    }
}

fn everybody() -> BTreeSet<Holder> {
    [Holder::Person, Holder::Unit].into()
}

/// A term and what leads to its end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The term.
    pub within: Span,
    /// The article it rests on.
    pub basis: String,
    /// Steps of its own; without them the policy's ladder.
    #[serde(default)]
    pub ladder: Option<Vec<Step>>,
}

/// One rung of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name: a notice goes out once a name, account and cycle.
    pub name: String,
    /// Days from the deadline: negative before it. A step on a day nobody works is taken on the working day before
    /// (ahead of the deadline) or after (behind it).
    pub days: i64,
    /// To whom.
    pub to: Audience,
}

/// Whom a step reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The holder.
    Holder,
    /// The unit's contacts, one digest for all its accounts, rolled up the agency tree.
    Contact,
    /// The department that answers for the province's accounts.
    Department,
    /// Nobody: the holder must change the password at the next sign-in.
    ForceChange,
    /// Nobody: the account is locked.
    Lock,
}

impl Audience {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Contact => "contact",
            Self::Department => "department",
            Self::ForceChange => "force-change",
            Self::Lock => "lock",
        }
    }
}

/// The ladder where a policy has none of its own.
pub fn standard() -> Vec<Step> {
    let step = |name: &str, days, to| Step { name: name.into(), days, to };
    vec![
        step("nhac-1", -14, Audience::Holder),
        step("nhac-2", -7, Audience::Holder),
        step("nhac-3", -1, Audience::Holder),
        step("dau-moi", 3, Audience::Contact),
        step("so", 7, Audience::Department),
        step("khoa", 14, Audience::Lock),
    ]
}

/// What follows when an account is not used for long enough.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dormancy {
    /// How long after the last sign-in, or after the account was made where there was none.
    pub after: Span,
    /// What.
    pub then: DormantStep,
    /// The article it rests on.
    pub basis: String,
}

/// A step against an unused account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DormantStep {
    /// Its agency's contacts are told.
    Tell,
    /// It is locked, with an approval.
    Lock,
    /// Its mailbox, locked before, is closed, with an approval.
    Close,
    /// Its deletion, locked before, is proposed to two operators.
    Delete,
}

/// From how full on a mailbox is pressed for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaRule {
    /// Percent of the limit.
    pub percent: u64,
    /// The article it rests on.
    pub basis: String,
    /// The steps; `days` are working days after it was first seen so full, 0 at once. Nobody is locked for it.
    #[serde(default = "super::quota::short")]
    pub ladder: Vec<Step>,
}

/// What a password must be like.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The fewest characters.
    pub min_length: u32,
    /// The classes of characters asked for, as the document names them.
    #[serde(default)]
    pub classes: Vec<String>,
    /// How many earlier passwords may not come back.
    #[serde(default)]
    pub history: u32,
    /// The article it rests on.
    pub basis: String,
}

impl QuotaRule {
    fn check(&self) -> Result<(), String> {
        if !(1..=100).contains(&self.percent) {
            return Err(format!("percent = {}: expected 1 to 100", self.percent));
        }
        if self.ladder.is_empty() || self.ladder.iter().any(|step| step.days < 0) {
            return Err("ladder: expected steps with days from 0 on, counted from the day it was seen".into());
        }
        if self.ladder.iter().any(|step| matches!(step.to, Audience::Lock | Audience::ForceChange)) {
            return Err("ladder: nobody is locked or made to change a password for a full mailbox".into());
        }
        Ok(())
    }
}

impl Policy {
    /// The rule for a kind of account in a system.
    pub fn rule(&self, system: &TargetId, holder: Holder) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.system == *system && rule.kinds.contains(&holder))
    }

    /// The fewest days without a sign-in after which any rule calls an account unused.
    pub fn idle_after(&self) -> Option<u32> {
        self.rules.iter().flat_map(|rule| &rule.dormancy).map(|one| one.after.least_days()).min()
    }

    /// The steps of `limit`.
    pub fn steps<'a>(&'a self, limit: &'a Limit) -> &'a [Step] {
        limit.ladder.as_deref().unwrap_or(&self.ladder)
    }

    /// What is wrong with it, if anything: with the place, and what was expected.
    pub fn check(&self) -> Result<(), String> {
        let mut basis = vec![("document".to_owned(), &self.document), ("title".to_owned(), &self.title)];
        let mut ladders = vec![("ladder".to_owned(), self.ladder.as_slice())];
        for (name, ladder) in [
            ("after_leak.ladder", self.after_leak.ladder.as_slice()),
            ("after_default.ladder", self.after_default.ladder.as_slice()),
        ] {
            if ladder.is_empty() || ladder.iter().any(|step| step.days < 0) {
                return Err(format!(
                    "{name}: expected steps with days from 0 on, counted from the import or the find"
                ));
            }
            if ladder.iter().any(|step| step.to == Audience::ForceChange) {
                return Err(format!("{name}: no step forces the change: it is forced at once"));
            }
            ladders.push((name.to_owned(), ladder));
        }
        for (number, rule) in self.rules.iter().enumerate() {
            let at = format!("rule {} ({})", number + 1, rule.system);
            basis.push((format!("{at}: basis"), &rule.basis));
            let limits = [("max_age", &rule.max_age), ("first_password", &rule.first_password)];
            for (name, limit) in limits.into_iter().filter_map(|(name, limit)| Some((name, limit.as_ref()?)))
            {
                basis.push((format!("{at}: {name}.basis"), &limit.basis));
                if let Some(ladder) = &limit.ladder {
                    ladders.push((format!("{at}: {name}.ladder"), ladder));
                }
            }
            basis.extend(rule.dormancy.iter().map(|one| (format!("{at}: dormancy.basis"), &one.basis)));
            if let Some(quota) = &rule.quota {
                quota.check().map_err(|why| format!("{at}: quota: {why}"))?;
                basis.push((format!("{at}: quota.basis"), &quota.basis));
                ladders.push((format!("{at}: quota.ladder"), &quota.ladder));
            }
            basis.extend(rule.password.iter().map(|one| (format!("{at}: password.basis"), &one.basis)));
            let of = |then| rule.dormancy.iter().find(|one| one.then == then);
            let later = [DormantStep::Close, DormantStep::Delete].into_iter().find_map(of);
            if let (Some(later), None) = (later, of(DormantStep::Lock)) {
                return Err(format!(
                    "{at}: dormancy after {}: an account is locked before it is closed or deleted",
                    later.after
                ));
            }
            if rule.kinds.is_empty() {
                return Err(format!("{at}: kinds is empty; expected person, unit, administrator or service"));
            }
        }
        if let Some((at, _)) = basis.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(format!("{at} is empty; every rule names the document and article it rests on"));
        }
        ladders.into_iter().try_for_each(|(at, steps)| check_ladder(&at, steps))
    }
}

fn check_ladder(at: &str, steps: &[Step]) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for (number, pair) in steps.windows(2).enumerate() {
        if let [one, next] = pair
            && one.days > next.days
        {
            return Err(format!(
                "{at}: step {} lies before step {}: order them by days",
                number + 2,
                number + 1
            ));
        }
    }
    for step in steps {
        if !names.insert(&step.name) {
            return Err(format!("{at}: two steps are named {:?}", step.name));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if step.name.is_empty() || !step.name.chars().all(plain) {
            return Err(format!("{at}: {:?} is no name of a step: use a-z, 0-9 and '-'", step.name));
        }
    }
    let of = |to| steps.iter().position(|step| step.to == to);
    let (locks, forces, warned) = (of(Audience::Lock), of(Audience::ForceChange), of(Audience::Holder));
    if let Some(force) = forces {
        if warned.is_none_or(|warned| warned > force) {
            return Err(format!(
                "{at}: nobody is made to change it without a word: put a step to the holder before"
            ));
        }
        if steps.iter().skip(force + 1).any(|step| step.to == Audience::ForceChange) {
            return Err(format!("{at}: one step forces the change, not two"));
        }
    }
    match (locks, warned) {
        (Some(lock), _) if lock + 1 != steps.len() => Err(format!("{at}: nothing comes after the lock")),
        (Some(lock), warned) if warned.is_none_or(|warned| warned > lock) => {
            Err(format!("{at}: nobody is locked without a warning: put a step to the holder before the lock"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Policy {
        toml::from_str(&format!("document = 'd'\ntitle = 't'\n{text}")).unwrap()
    }

    #[test]
    fn the_standard_ladder_is_the_design_s() {
        let days: Vec<_> = standard().iter().map(|step| (step.days, step.to.as_str())).collect();
        assert_eq!(
            days,
            [
                (-14, "holder"),
                (-7, "holder"),
                (-1, "holder"),
                (3, "contact"),
                (7, "department"),
                (14, "lock")
            ]
        );
        policy("").check().unwrap();
    }

    #[test]
    fn a_rule_without_a_legal_basis_is_refused() {
        let without = policy("[[rule]]\nbasis = 'Điều 1'\n[rule.max_age]\nwithin = '3 tháng'\nbasis = ' '");
        assert!(without.check().unwrap_err().contains("max_age.basis"));
        assert!(toml::from_str::<Policy>("document = 'd'\ntitle = 't'\n[[rule]]\nmax_age = 3").is_err());
    }

    #[test]
    fn a_ladder_that_locks_without_warning_is_refused() {
        let lock = "[[ladder]]\nname = 'khoa'\ndays = 1\nto = 'lock'\n";
        assert!(policy(lock).check().unwrap_err().contains("without a warning"));
        let after = "[[ladder]]\nname = 'nhac'\ndays = 2\nto = 'holder'\n";
        assert!(policy(&format!("{lock}{after}")).check().unwrap_err().contains("after the lock"));
        assert!(policy(&format!("{after}{lock}")).check().unwrap_err().contains("order them"));
    }

    #[test]
    fn a_change_is_forced_once_and_after_a_word_to_the_holder() {
        let step = |name: &str, days: i64, to: &str| {
            format!("[[ladder]]\nname = '{name}'\ndays = {days}\nto = '{to}'\n")
        };
        let (word, force) = (step("nhac", -3, "holder"), step("bat-doi", 0, "force-change"));
        policy(&format!("{word}{force}")).check().unwrap();
        assert!(policy(&force).check().unwrap_err().contains("without a word"));
        let again = step("bat-doi-2", 5, "force-change");
        assert!(policy(&format!("{word}{force}{again}")).check().unwrap_err().contains("not two"));
        let leak = "[[after_leak.ladder]]\nname = 'a'\ndays = 0\nto = 'force-change'\n";
        assert!(policy(leak).check().unwrap_err().contains("forced at once"));
    }

    #[test]
    fn a_full_mailbox_locks_nobody() {
        let quota =
            |more: &str| policy(&format!("[[rule]]\nbasis = 'a'\n[rule.quota]\nbasis = 'b'\n{more}")).check();
        quota("percent = 90").unwrap();
        assert!(quota("percent = 0").unwrap_err().contains("percent"));
        let step = |to: &str| format!("percent = 90\nladder = [{{ name = 'a', days = 0, to = '{to}' }}]");
        quota(&step("contact")).unwrap();
        assert!(quota(&step("lock")).unwrap_err().contains("nobody is locked"));
        assert!(quota("percent = 90\nladder = []").unwrap_err().contains("ladder"));
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let policy = policy(
            "[[rule]]\nbasis = 'a'\nkinds = ['administrator']\n[[rule]]\nbasis = 'b'\n[[rule]]\nbasis = 'c'\nsystem = 'tthc'",
        );
        let basis = |system: &str, holder| {
            policy.rule(&TargetId::new(system), holder).map(|rule| rule.basis.as_str())
        };
        assert_eq!(basis("mail", Holder::Administrator), Some("a"));
        assert_eq!(basis("mail", Holder::Unit), Some("b"));
        assert_eq!(basis("mail", Holder::Service), None);
        assert_eq!(basis("tthc", Holder::Person), Some("c"));
    }
}
