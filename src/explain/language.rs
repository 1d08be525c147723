//! Which language to speak: an option, then the locale variables. Reads no environment itself.

/// A language with a catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Brazilian Portuguese.
    PtBr,
}

impl Lang {
    /// Every language, for tests and help.
    pub const ALL: [Self; 2] = [Self::En, Self::PtBr];

    /// The BCP 47 tag: `en` or `pt-BR`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::PtBr => "pt-BR",
        }
    }

    /// From a tag or a locale name (`pt-BR`, `pt_BR.UTF-8`, `pt`, `en_US`, `C`, `POSIX`); `None` when there is no catalogue for it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let language = name.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::En),
            "pt" => Some(Self::PtBr),
            _ => None,
        }
    }

    /// The language of a user: the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set and not empty decides (POSIX order);
    /// a language without a catalogue means English. `variable` looks one up.
    #[must_use]
    pub fn from_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()))
            .and_then(|value| Self::from_name(&value))
            .unwrap_or_default()
    }

    /// The sign between units and decimals.
    #[must_use]
    pub const fn decimal_mark(self) -> char {
        match self {
            Self::En => '.',
            Self::PtBr => ',',
        }
    }

    /// The embedded catalogues: the story's words, then the report's.
    pub(super) const fn sources(self) -> [&'static str; 2] {
        match self {
            Self::En => [include_str!("en.ftl"), include_str!("report.en.ftl")],
            Self::PtBr => [include_str!("pt-BR.ftl"), include_str!("report.pt-BR.ftl")],
        }
    }

    /// Unicode plural category of a whole number: `one` or `other` (CLDR: English one = 1, Portuguese one = 0 and 1).
    pub(super) const fn plural(self, number: u64) -> &'static str {
        match (self, number) {
            (_, 1) | (Self::PtBr, 0) => "one",
            _ => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn names_of_locales_are_understood() {
        for name in ["pt-BR", "pt_BR.UTF-8", "pt", "PT_br", "pt_PT@euro"] {
            assert_eq!(Lang::from_name(name), Some(Lang::PtBr), "{name}");
        }
        for name in ["en", "en_US.UTF-8", "C", "C.UTF-8", "POSIX"] {
            assert_eq!(Lang::from_name(name), Some(Lang::En), "{name}");
        }
        assert_eq!(Lang::from_name("de_DE"), None);
        assert_eq!(Lang::from_name(""), None);
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let locale = |set: &'static [(&str, &str)]| {
            Lang::from_locale(move |name| {
                set.iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(locale(&[("LANG", "pt_BR.UTF-8")]), Lang::PtBr);
        assert_eq!(locale(&[("LANG", "pt_BR"), ("LC_ALL", "C")]), Lang::En);
        assert_eq!(locale(&[("LANG", "pt_BR"), ("LC_ALL", "")]), Lang::PtBr);
        assert_eq!(
            locale(&[("LANG", "pt_BR"), ("LC_MESSAGES", "de_DE")]),
            Lang::En
        );
        assert_eq!(locale(&[]), Lang::En);
    }
}
