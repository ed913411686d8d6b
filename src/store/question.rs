//! Questions put to a person, and the answers that are kept.

use super::dialect::Bulk;
use super::statement::{json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{Login, QuestionKey};
use crate::model::operator::Right;
use crate::model::question::Question;
use serde::Serialize;
use std::collections::BTreeMap;

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Its key.
    pub key: QuestionKey,
    /// What is asked.
    pub question: Question,
    /// When it was first asked.
    pub asked: Time,
}

impl WriteTx {
    /// Answers a question, or changes the answer. The answer is one of the candidates where there are any.
    pub async fn answer(&mut self, key: &QuestionKey, answer: &str, by: &Login) -> Result<(), StoreError> {
        let missing = || StoreError::Missing { what: "question", id: key.to_string() };
        let query = sql("question", "SELECT body FROM question WHERE key = $1 AND state <> 'superseded'")
            .text(key.as_str());
        let question: Question = self.row(query).await?.ok_or_else(missing)?.json("body")?;
        if question.kind.is_for_contacts() {
            self.require_voice(by, &question.agency).await?;
        } else {
            self.require(by, Right::Review, Some(&question.agency)).await?;
        }
        let candidates = &question.candidates;
        if !candidates.is_empty() && !candidates.iter().any(|candidate| candidate.answer == answer) {
            return Err(StoreError::Missing { what: "candidate", id: answer.to_owned() });
        }
        let update = sql(
            "answer",
            "UPDATE question SET state = 'answered', answer = $1, operator = $2, at = $3
             WHERE key = $4 AND state <> 'superseded'",
        );
        let update = update.text(answer).text(by.as_str()).time(self.now).text(key.as_str());
        if self.execute(update).await? == 0 {
            return Err(missing());
        }
        self.audit(by.as_str(), "question.answer", key.as_str(), answer);
        Ok(())
    }

    /// Keeps the questions of a plan: new ones open, superseded ones open again, answered ones stay answered.
    pub(super) async fn save_questions(&mut self, questions: &[Question]) -> Result<u64, StoreError> {
        #[derive(Serialize)]
        struct Line<'a> {
            key: QuestionKey,
            agency: &'a str,
            body: String,
        }
        if questions.is_empty() {
            return Ok(0);
        }
        let mut lines = Vec::with_capacity(questions.len());
        for question in questions {
            let body = json("a question", question)?;
            lines.push(Line { key: question.key(), agency: question.agency.as_str(), body });
        }
        let source = self.dialect.rows(&[Bulk::Text("key"), Bulk::Text("agency"), Bulk::Text("body")]);
        let insert = format!(
            "INSERT INTO question (key, agency, body, state, at)
             SELECT s.key, s.agency, s.body, 'open', $2 FROM {source} s WHERE true
             ON CONFLICT (key) DO UPDATE SET body = excluded.body,
                 state = CASE question.state WHEN 'superseded' THEN 'open' ELSE question.state END
             WHERE question.body <> excluded.body OR question.state = 'superseded'"
        );
        let now = self.now;
        self.execute(sql("questions", insert).text(&json("questions", &lines)?).time(now)).await
    }

    /// Ends the open questions that a plan no longer asks.
    pub(super) async fn supersede_questions(&mut self, keys: &[QuestionKey]) -> Result<u64, StoreError> {
        if keys.is_empty() {
            return Ok(0);
        }
        let source = self.dialect.ids();
        let update = format!(
            "UPDATE question SET state = 'superseded' WHERE state = 'open' AND key IN (SELECT s.id FROM {source} s)"
        );
        let keys = super::change::id_list(keys.iter().map(QuestionKey::as_str))?;
        self.execute(sql("questions", update).text(&keys)).await
    }
}

impl Store {
    /// Every question without an answer, by agency and key.
    pub async fn questions(&self) -> Result<Vec<OpenQuestion>, StoreError> {
        let query =
            sql("questions", "SELECT key, body, at FROM question WHERE state = 'open' ORDER BY agency, key");
        let mut open = Vec::new();
        for row in self.rows(query).await? {
            let key = QuestionKey::new(row.text("key")?);
            open.push(OpenQuestion { key, question: row.json("body")?, asked: row.time("at")? });
        }
        Ok(open)
    }

    /// Every answer ever given, by the question's key.
    pub async fn answers(&self) -> Result<BTreeMap<QuestionKey, String>, StoreError> {
        let query = sql("answers", "SELECT key, answer FROM question WHERE state = 'answered'");
        let mut answers = BTreeMap::new();
        for row in self.rows(query).await? {
            answers.insert(QuestionKey::new(row.text("key")?), row.text("answer")?);
        }
        Ok(answers)
    }
}
