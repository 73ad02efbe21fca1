//! What is done with the cells of a column: the guess looks at them, and a builder takes them.
//!
//! Most values of a column are written plainly. These are read and judged in one step; all others take the long way, with
//! the same result.

use ::polars::prelude::{ChunkedBuilder, PolarsDataType};

use super::super::infer::Guess;
use super::super::typed::{self, Builder, Plain};
use super::batch::Batch;
use super::nulls::NullWords;

/// Looks at the cells of a column.
pub fn see(batch: &mut Batch<'_>, column: usize, words: &NullWords, guess: &mut Guess, nulls: &mut [u64]) {
    batch.each(column, |value, line| {
        let Some(value) = value else { return };
        match words.kind_of(value) {
            Some(kind) => count(nulls, kind),
            None => guess.see(value, line),
        }
    });
}

/// Looks at the cells of a column and appends them to its builder.
pub fn take(
    batch: &mut Batch<'_>,
    column: usize,
    words: &NullWords,
    builder: &mut Builder,
    guess: &mut Guess,
    nulls: &mut [u64],
) {
    let mut look = Look { batch, column, words, guess, nulls };
    match builder {
        Builder::Int(b) => look.values(b, typed::plain_int, typed::int),
        Builder::Float(b, form) => {
            let form = *form;
            look.values(b, |text| typed::plain_float(text, form), |text| typed::float(text, form));
        }
        Builder::Bool(b) => look.values(b, typed::plain_flag, typed::flag),
        Builder::Date(b, order) => {
            let order = *order;
            look.values(b, |text| typed::plain_day(text, order), |text| typed::day(text, order));
        }
        Builder::Moment(b, order) => {
            let order = *order;
            look.values(b, |text| typed::plain_moment(text, order), |text| typed::moment(text, order));
        }
        Builder::Text(b) => {
            look.batch.each(column, |value, line| match value {
                Some(text) => match words.kind_of(text) {
                    None => {
                        look.guess.see(text, line);
                        b.append_value(text);
                    }
                    Some(kind) => {
                        count(look.nulls, kind);
                        b.append_null();
                    }
                },
                None => b.append_null(),
            });
        }
    }
}

struct Look<'a, 't> {
    batch: &'a mut Batch<'t>,
    column: usize,
    words: &'a NullWords,
    guess: &'a mut Guess,
    nulls: &'a mut [u64],
}

impl Look<'_, '_> {
    fn values<V, T: PolarsDataType>(
        &mut self,
        builder: &mut impl ChunkedBuilder<V, T>,
        plain: impl Fn(&str) -> Option<Plain<V>>,
        other: impl Fn(&str) -> Option<V>,
    ) {
        let (words, guess, nulls) = (self.words, &mut *self.guess, &mut *self.nulls);
        self.batch.each(self.column, |value, line| {
            let Some(text) = value else { return builder.append_null() };
            if let Some(kind) = words.kind_of(text) {
                count(nulls, kind);
                return builder.append_null();
            }
            match plain(text) {
                Some(plain) => {
                    guess.see_plain(plain.fits, plain.seen, text, line);
                    builder.append_value(plain.value);
                }
                None => {
                    guess.see(text, line);
                    builder.append_option(other(text));
                }
            }
        });
    }
}

fn count(nulls: &mut [u64], kind: usize) {
    if let Some(n) = nulls.get_mut(kind) {
        *n += 1;
    }
}
