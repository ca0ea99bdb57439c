//! A judgement for people.

use super::{LINE_CHARS_MAX, Show, safe};
use crate::management::view::{ExplainedView, Words};
use crate::words::Lang;

impl Show for ExplainedView {
    fn show(&self, lang: Lang) -> String {
        let text = |words: &Words| words.in_lang(lang).to_owned();
        let mut lines = vec![text(&self.answer)];
        lines.extend(self.changes.as_ref().map(text));
        lines.push(String::new());
        lines.extend(self.sentences.iter().map(text));
        lines.push(String::new());
        lines.extend(self.tree.iter().map(text));
        if !self.words.is_empty() {
            lines.push(String::new());
            lines.extend(self.words.iter().map(|words| format!("- {}", words.in_lang(lang))));
        }
        lines.iter().map(|line| safe(line, LINE_CHARS_MAX) + "\n").collect()
    }
}
