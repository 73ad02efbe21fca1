//! Playbooks: stages, roles, questions, hypotheses and checks for one kind of problem (`playbook/1`).

mod condition;
mod extend;
mod fit;
mod flow;
mod keys;
mod lint;
#[cfg(test)]
mod tests;
mod types;

pub use condition::{ASKED, When, matches_answer, said};
pub use extend::extended;
pub use fit::{counting_row, fits, outside, roles_of, row_of, unmapped};
pub use flow::{Flow, QuestionState, fill};
pub use keys::unknown_keys;
pub use lint::{PlaybookFault, lint};
pub use types::{
    ColumnRole, DsProblem, Finish, Playbook, PlaybookCheck, PlaybookHypothesis, PlaybookKpi, Prediction, Question,
    QuestionType, Rule, RuleClue, Scale, ShowIf, Stage, WeakIf, YesRule,
};
