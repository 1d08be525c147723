//! Whole numbers as options take them: what is refused is told with what was expected.

/// Reads 0 or more.
pub(super) fn whole<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    from(0, text)
}

/// Reads 1 or more.
pub(super) fn at_least_one<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    from(1, text)
}

fn from<T: TryFrom<u64>>(least: u64, text: &str) -> Result<T, String> {
    let number = text.parse::<u64>().ok().filter(|number| *number >= least);
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| {
            let most = u64::MAX >> 64_u32.saturating_sub(8 * size_of::<T>() as u32);
            if most == u64::MAX {
                format!("a whole number, {least} or more")
            } else {
                format!("a whole number from {least} to {most}")
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_told() {
        assert_eq!(whole("65535"), Ok(65535_u16));
        assert_eq!(at_least_one("1"), Ok(1_u64));
        for wrong in ["65536", "-1", "x", "", "1.5", "99999999999999999999"] {
            let told = whole::<u16>(wrong).expect_err("refused");
            assert_eq!(told, "a whole number from 0 to 65535", "{wrong}");
        }
        assert_eq!(
            at_least_one::<u64>("0"),
            Err("a whole number, 1 or more".into())
        );
        assert_eq!(
            whole::<u32>("x"),
            Err("a whole number from 0 to 4294967295".into())
        );
    }
}
