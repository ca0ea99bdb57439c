//! A command line of `allmende`, as it is shown and as it is run.

use super::party::Party;

/// A command of this program. What is shown can be typed, and is what runs.
#[derive(Clone, Debug)]
pub(super) struct Line {
    program: String,
    words: Vec<String>,
    /// Where its output goes, which is shown and done by whoever runs it.
    into: Option<String>,
}

impl Line {
    /// `allmende` with these words.
    pub(super) fn new(words: &[&str]) -> Self {
        Self::of("allmende", words)
    }

    /// Another program, only to be shown.
    pub(super) fn of(program: &str, words: &[&str]) -> Self {
        Self { program: program.to_owned(), words: owned(words), into: None }
    }

    /// The same with more words.
    pub(super) fn and(mut self, words: &[&str]) -> Self {
        self.words.extend(owned(words));
        self
    }

    /// The same from a party's home, speaking for it where the home has several.
    pub(super) fn by(self, party: &Party) -> Self {
        let line = self.and(&["--home", &party.home]);
        if party.shares_home { line.and(&["--participant", party.host]) } else { line }
    }

    /// The same with its output in a file.
    pub(super) fn into(mut self, path: &str) -> Self {
        self.into = Some(path.to_owned());
        self
    }

    /// The arguments.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// As one could type it; before a word that would go beyond `columns` stands `turn`.
    pub(super) fn over_lines(&self, columns: usize, turn: &str) -> String {
        let mut text = self.program.clone();
        let mut column = text.chars().count();
        for group in self.groups() {
            let length = group.chars().count();
            if column.saturating_add(length + 1) > columns {
                text.push_str(turn);
                column = turn.rsplit('\n').next().map_or(0, str::len);
            } else {
                text.push(' ');
                column += 1;
            }
            text.push_str(&group);
            column += length;
        }
        text
    }

    /// Words that belong on one line: an option and its value.
    fn groups(&self) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for word in &self.words {
            let word = quoted(word);
            match groups.last_mut() {
                Some(last) if is_lone_option(last) && !word.starts_with("--") => {
                    last.push(' ');
                    last.push_str(&word);
                }
                Some(_) | None => groups.push(word),
            }
        }
        groups.extend(self.into.iter().map(|path| format!("> {}", quoted(path))));
        groups
    }
}

fn is_lone_option(group: &str) -> bool {
    group.starts_with('-') && !group.contains(' ')
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:%=@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        let line = Line::new(&["dataset", "add", "--title", "Stadt Ulm's", "--file", "a.csv"]);
        assert_eq!(
            line.over_lines(usize::MAX, " "),
            r"allmende dataset add --title 'Stadt Ulm'\''s' --file a.csv"
        );
        assert_eq!(Line::new(&["a"]).into("b c").over_lines(99, " "), "allmende a > 'b c'");
        assert_eq!(
            line.over_lines(24, " \\\n  "),
            "allmende dataset add \\\n  --title 'Stadt Ulm'\\''s' \\\n  --file a.csv"
        );
    }
}
