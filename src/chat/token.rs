//! The resume token: 128 random bits that bring a session back. The room keeps only their hash.
//!
//! Owns: text form and hash. Must not know: where randomness comes from (the caller passes it in).

use std::fmt;

use sha2::{Digest, Sha256};

/// 128 random bits; displays as 32 hexadecimal digits. Whoever holds it is the session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 16]);

/// SHA-256 of a [`Token`], which is all that the room and the history file keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl Token {
    /// The token of what nobody may come back to.
    pub const NOBODY: Self = Self([0; 16]);

    /// From random bits.
    #[must_use]
    pub const fn new(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// Reads the text form, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(text, 16)
            .ok()
            .map(|bits| Self(bits.to_be_bytes()))
    }

    /// What the room keeps of it.
    #[must_use]
    pub fn hash(self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Token {
    /// A token is a secret: logs show none of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_goes_both_ways() {
        let token = Token::new([0xab; 16]);
        let text = token.to_string();
        assert_eq!(text, "ab".repeat(16));
        assert_eq!(Token::parse(&text), Some(token));
        assert_eq!(Token::parse("xyz"), None);
        assert_eq!(Token::parse(&"+1".repeat(16)), None);
    }

    #[test]
    fn hash_is_sha256_of_the_bits() {
        // printf '\0%.0s' {1..16} | sha256sum
        let expected = "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb";
        let hash = Token::new([0; 16]).hash().0;
        let digits =
            |at: usize| u8::from_str_radix(&expected[2 * at..2 * at + 2], 16).expect("digits");
        assert_eq!(hash, std::array::from_fn(digits));
    }
}
