//! Codes of an enum and the list of its values, from one table: a value that stands in neither does not compile.

/// In an `impl` block: the function from a value to its code, and `ALL` in the order of the table. A value that carries
/// something is written with what stands for it in the pattern and in the list: `Reset(_ = Cause::Unknown) => "reset"`.
macro_rules! codes {
    (
        $(#[$about:meta])* $code:ident,
        $($value:ident $(($any:tt = $sample:expr))? => $text:literal,)+
    ) => {
        /// Every value; of one that carries something, an example.
        pub const ALL: [Self; [$($text),+].len()] = [$(Self::$value $(($sample))?),+];

        $(#[$about])*
        #[must_use]
        pub const fn $code(self) -> &'static str {
            match self {
                $(Self::$value $(($any))? => $text,)+
            }
        }
    };
}

pub(crate) use codes;
